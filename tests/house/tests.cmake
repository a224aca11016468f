add_test(NAME house COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/house.py ${PROJECT_SOURCE_DIR})
add_test(NAME house_self_test COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/house.py --self-test)
set_tests_properties(house house_self_test PROPERTIES LABELS house)
