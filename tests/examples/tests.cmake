foreach(example IN LISTS CNNPOOL_EXAMPLES)
  add_test(NAME example_${example}
           COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/output.py
                   ${PROJECT_SOURCE_DIR}/examples/${example}.cpp $<TARGET_FILE:example_${example}>
                   ${PROJECT_SOURCE_DIR}/examples/data)
endforeach()

if(TARGET cnnpool-describe)
  add_test(NAME example_describe COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/describe.py
                                         $<TARGET_FILE:cnnpool-describe> ${PROJECT_SOURCE_DIR}/examples/data)
  add_test(NAME example_describe_wrong COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/describe_wrong.py
                                               $<TARGET_FILE:cnnpool-describe>)
else()
  message(NOTICE "skipped: example_describe, example_describe_wrong: CLI11 is not installed (Debian: libcli11-dev)")
endif()

if(TARGET cnnpool-demo)
  add_test(NAME example_demo COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/demo.py
                                     $<TARGET_FILE:cnnpool-demo> ${PROJECT_SOURCE_DIR}/examples/data)
  if(CNNPOOL_TEST_ALL)  # maps of 60000 positions a row take half a minute
    set_tests_properties(example_demo PROPERTIES ENVIRONMENT CNNPOOL_TEST_ALL=1)
  endif()
else()
  message(NOTICE "skipped: example_demo: libpng is not installed (Debian: libpng-dev)")
endif()

if(TARGET cnnpool-study)
  add_test(NAME example_study COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/study.py
                                      $<TARGET_FILE:cnnpool-study> ${PROJECT_SOURCE_DIR}/../shared/data)
  add_test(NAME example_study_files COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/study_files.py
                                            $<TARGET_FILE:cnnpool-study>)
  add_test(NAME example_study_folders COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/study_folders.py
                                              $<TARGET_FILE:cnnpool-study>)
  add_test(NAME example_study_options COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/study_options.py
                                              $<TARGET_FILE:cnnpool-study>)
  add_test(NAME example_study_photos COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/study_photos.py
                                             $<TARGET_FILE:cnnpool-study>)
  add_test(NAME example_study_networks COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/study_networks.py
                                               $<TARGET_FILE:cnnpool-study> ${PROJECT_SOURCE_DIR}/../shared/data)
else()
  message(NOTICE "skipped: example_study: CLI11, Eigen or OpenCV is not installed")
endif()

if(TARGET cnnpool-gain)
  add_test(NAME example_gain COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/gain.py $<TARGET_FILE:cnnpool-gain>)
else()
  message(NOTICE "skipped: example_gain: CLI11 or OpenCV is not installed")
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

if(TARGET example_onnxruntime_tokens)
  set(network ${CMAKE_CURRENT_BINARY_DIR}/small_vit.onnx)
  add_test(NAME example_vit_network
           COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/vit_network.py ${network})
  add_test(NAME example_onnxruntime_tokens
           COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/output.py
                   ${PROJECT_SOURCE_DIR}/examples/onnxruntime_tokens.cpp $<TARGET_FILE:example_onnxruntime_tokens>
                   ${network})
  set_tests_properties(example_vit_network PROPERTIES FIXTURES_SETUP vit_network)
  set_tests_properties(example_onnxruntime_tokens PROPERTIES FIXTURES_REQUIRED vit_network)
elseif(NOT CNNPOOL_SANITIZE)
  message(NOTICE "skipped: example_onnxruntime_tokens: onnxruntime (scripts/frameworks) or Eigen (Debian: "
                 "libeigen3-dev) is not installed")
endif()

# Their tests run these programs some two hundred times, and libtorch alone takes half a second to start.
if(CMAKE_SYSTEM_NAME STREQUAL "Linux" AND NOT CNNPOOL_SANITIZE AND NOT CNNPOOL_COVERAGE)
  add_library(cnnpool_forked_program MODULE ${CMAKE_CURRENT_LIST_DIR}/forked_program.cpp)
  target_link_libraries(cnnpool_forked_program PRIVATE ${CMAKE_DL_LIBS} $<TARGET_NAME_IF_EXISTS:cnnpool_warnings>)
endif()
function(cnnpool_forked_test name)
  add_test(NAME ${name} COMMAND Python3::Interpreter ${ARGN})
  if(TARGET cnnpool_forked_program)
    set_tests_properties(${name} PROPERTIES ENVIRONMENT CNNPOOL_TEST_FORKED=$<TARGET_FILE:cnnpool_forked_program>)
  endif()
endfunction()

# Photos on their way to fine-tuning. Their tests need Pillow, the pack's lmdb and protobuf.
function(cnnpool_dataset_test name modules program)
  execute_process(COMMAND ${Python3_EXECUTABLE} -c "import ${modules}" RESULT_VARIABLE missing OUTPUT_QUIET ERROR_QUIET)
  if(missing)
    message(NOTICE "skipped: example_${name}: Python has not all of ${modules} (Debian: python3-pil python3-lmdb "
                   "python3-protobuf)")
    return()
  endif()
  cnnpool_forked_test(example_${name} ${CMAKE_CURRENT_LIST_DIR}/${name}.py $<TARGET_FILE:${program}> ${ARGN})
endfunction()
if(TARGET cnnpool-dataset)
  cnnpool_dataset_test(dataset "numpy, PIL" cnnpool-dataset ${PROJECT_SOURCE_DIR}/../shared/data/images
                       ${CNNPOOL_FRAMEWORKS})
  cnnpool_dataset_test(dataset_check "numpy, PIL" cnnpool-dataset ${PROJECT_SOURCE_DIR}/../shared/data/images)
  cnnpool_dataset_test(dataset_outputs "numpy, PIL" cnnpool-dataset)
  cnnpool_dataset_test(dataset_pack "numpy, PIL, lmdb, google.protobuf" cnnpool-dataset
                       ${PROJECT_SOURCE_DIR}/examples/dataset/caffe.proto)
else()
  message(NOTICE "skipped: example_dataset, example_dataset_check, example_dataset_outputs, example_dataset_pack: not "
                 "all that cnnpool-dataset needs is installed")
endif()
if(TARGET cnnpool-dataset AND TARGET cnnpool-finetune AND TARGET cnnpool-gain)
  cnnpool_dataset_test(finetune_study "numpy, PIL, google.protobuf" cnnpool-dataset $<TARGET_FILE:cnnpool-finetune>
                       $<TARGET_FILE:cnnpool-study> $<TARGET_FILE:cnnpool-gain>
                       ${PROJECT_SOURCE_DIR}/examples/dataset/caffe.proto)
elseif(NOT CNNPOOL_SANITIZE)
  message(NOTICE "skipped: example_finetune_study: libtorch is not installed (Debian: libtorch-dev)")
endif()

if(TARGET cnnpool-finetune)
  cnnpool_forked_test(example_finetune ${CMAKE_CURRENT_LIST_DIR}/finetune.py
                      $<TARGET_FILE:cnnpool-finetune> $<TARGET_FILE:cnnpool-study>
                      $<TARGET_FILE:example_opencv_frame> $<TARGET_FILE:example_mop_windows>
                      ${PROJECT_SOURCE_DIR}/../shared/data)
  cnnpool_forked_test(example_finetune_wrong ${CMAKE_CURRENT_LIST_DIR}/finetune_wrong.py
                      $<TARGET_FILE:cnnpool-finetune> $<TARGET_FILE:cnnpool-study> $<TARGET_FILE:example_mop_windows>)
  if(CNNPOOL_TEST_ALL AND TARGET cnnpool-dataset)
    add_test(NAME example_finetune_script
             COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/finetune_script.py
                     ${PROJECT_SOURCE_DIR}/scripts/finetune ${PROJECT_BINARY_DIR}/examples)
  endif()
  if(CNNPOOL_TEST_ALL)  # two runs of two minutes, and five
    foreach(name finetune_landmarks finetune_left_out)
      add_test(NAME example_${name}
               COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/${name}.py
                       $<TARGET_FILE:cnnpool-finetune> ${PROJECT_SOURCE_DIR}/../shared/data)
    endforeach()
  endif()
elseif(NOT CNNPOOL_SANITIZE)
  message(NOTICE "skipped: example_finetune, example_finetune_wrong: libtorch, libzip or what cnnpool-study needs is "
                 "not installed (Debian: libtorch-dev libzip-dev), or this compiler refuses libtorch's headers")
endif()
