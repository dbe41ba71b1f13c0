# freshet_module(<folder> USES <folders...> LINKS <targets...>)
# The sources of one folder and its subfolders as a static library `freshet_<folder>`; a folder of headers only becomes
# an interface library.
function(freshet_module folder)
  cmake_parse_arguments(module "" "" "USES;LINKS" ${ARGN})
  string(REPLACE "/" "_" name "freshet_${folder}")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.cpp)
  # What is built as a plug-in has a target of its own.
  list(FILTER sources EXCLUDE REGEX "_plugin\\.cpp$")
  list(TRANSFORM module_USES REPLACE "/" "_")
  list(TRANSFORM module_USES PREPEND "freshet_")
  if(sources)
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC freshet_options ${module_USES} ${module_LINKS})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE freshet_options ${module_USES} ${module_LINKS})
  endif()
endfunction()

# freshet_tests(<folder under tests> LINKS <targets...>)
# The *_test.cpp of one folder as one GoogleTest executable, every test known to ctest.
function(freshet_tests folder)
  cmake_parse_arguments(tests "" "" "LINKS;PROPERTIES" ${ARGN})
  string(REPLACE "/" "_" name "${folder}_tests")
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/${folder}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE ${tests_LINKS} freshet_tests_support GTest::gmock rapidcheck GTest::gtest_main)
  gtest_discover_tests(${name} TEST_PREFIX "${folder}." DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
                       PROPERTIES TIMEOUT 300 ${tests_PROPERTIES})
endfunction()
