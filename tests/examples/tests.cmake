foreach(example IN LISTS CNNPOOL_EXAMPLES)
  add_test(NAME example_${example}
           COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/output.py
                   ${PROJECT_SOURCE_DIR}/examples/${example}.cpp $<TARGET_FILE:example_${example}>
                   ${PROJECT_SOURCE_DIR}/examples/data)
endforeach()

if(TARGET cnnpool-describe)
  add_test(NAME example_describe COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/describe.py
                                         $<TARGET_FILE:cnnpool-describe> ${PROJECT_SOURCE_DIR}/examples/data)
else()
  message(NOTICE "skipped: example_describe: CLI11 is not installed (Debian: libcli11-dev)")
endif()

if(TARGET cnnpool-demo)
  add_test(NAME example_demo COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/demo.py
                                     $<TARGET_FILE:cnnpool-demo> ${PROJECT_SOURCE_DIR}/examples/data)
else()
  message(NOTICE "skipped: example_demo: libpng is not installed (Debian: libpng-dev)")
endif()

if(TARGET cnnpool-study)
  add_test(NAME example_study COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/study.py
                                      $<TARGET_FILE:cnnpool-study> ${PROJECT_SOURCE_DIR}/../shared/data)
  add_test(NAME example_study_files COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/study_files.py
                                            $<TARGET_FILE:cnnpool-study>)
else()
  message(NOTICE "skipped: example_study: CLI11, Eigen or OpenCV is not installed")
endif()

if(TARGET example_mop_windows)
  add_test(NAME example_mop_windows COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/mop_windows.py
                                            $<TARGET_FILE:example_mop_windows> ${PROJECT_SOURCE_DIR}/../shared/data)
else()
  message(NOTICE "skipped: example_mop_windows: Eigen or OpenCV is not installed")
endif()

foreach(framework onnxruntime openvino libtorch opencv)
  if(TARGET example_${framework}_frame)
    add_test(NAME example_${framework}_frame
             COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/frame.py $<TARGET_FILE:example_${framework}_frame>
                     ${framework})
  elseif(NOT CNNPOOL_SANITIZE)
    message(NOTICE "skipped: example_${framework}_frame: ${framework} is not installed (scripts/frameworks)")
  endif()
endforeach()

if(TARGET cnnpool-finetune)
  add_test(NAME example_finetune
           COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/finetune.py
                   $<TARGET_FILE:cnnpool-finetune> $<TARGET_FILE:cnnpool-study> $<TARGET_FILE:example_opencv_frame>
                   $<TARGET_FILE:example_mop_windows> ${PROJECT_SOURCE_DIR}/../shared/data)
  if(CNNPOOL_TEST_ALL)  # two runs of two minutes
    add_test(NAME example_finetune_landmarks
             COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/finetune_landmarks.py
                     $<TARGET_FILE:cnnpool-finetune> ${PROJECT_SOURCE_DIR}/../shared/data)
  endif()
elseif(NOT CNNPOOL_SANITIZE)
  message(NOTICE "skipped: example_finetune: libtorch, libzip or what cnnpool-study needs is not installed "
                 "(Debian: libtorch-dev libzip-dev), or this compiler refuses libtorch's headers")
endif()
