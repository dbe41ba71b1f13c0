# Parquet: Arrow's library (tools/fetch-arrow) behind one plug-in, build/<preset>/lib/libfreshet_parquet.so, which is
# loaded when the first Parquet file is opened. See io/files/parquet_plugin.hpp.
option(FRESHET_PARQUET "Build the plug-in that reads and writes Parquet" ON)
if(NOT FRESHET_PARQUET)
  return()
endif()
if(DEFINED ENV{FRESHET_CACHE})
  set(arrow_default $ENV{FRESHET_CACHE}/third_party/arrow)
else()
  set(arrow_default ${PROJECT_SOURCE_DIR}/build/third_party/arrow)
endif()
set(FRESHET_ARROW_DIR ${arrow_default} CACHE PATH "Where tools/fetch-arrow put Arrow's library")
if(NOT EXISTS ${FRESHET_ARROW_DIR}/version)
  message(FATAL_ERROR "Arrow's library is not in ${FRESHET_ARROW_DIR}: run tools/fetch-arrow, or configure with "
                      "-DFRESHET_PARQUET=OFF to build without Parquet")
endif()

foreach(library arrow parquet)
  add_library(Arrow::${library} SHARED IMPORTED)
  set_target_properties(Arrow::${library} PROPERTIES
    IMPORTED_LOCATION ${FRESHET_ARROW_DIR}/lib/lib${library}.so.2600
    INTERFACE_INCLUDE_DIRECTORIES ${FRESHET_ARROW_DIR}/include)
endforeach()

add_library(freshet_parquet MODULE ${PROJECT_SOURCE_DIR}/io/files/parquet_plugin.cpp)
target_link_libraries(freshet_parquet PRIVATE freshet_options freshet_core_base Arrow::parquet Arrow::arrow)
set_target_properties(freshet_parquet PROPERTIES
  LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib
  CXX_VISIBILITY_PRESET hidden
  INSTALL_RPATH "$ORIGIN")

# Nothing links the plug-in: who may load it only has to find it built.
function(freshet_build_parquet_first)
  foreach(user freshet io_files_tests)
    if(TARGET ${user})
      add_dependencies(${user} freshet_parquet)
    endif()
  endforeach()
endfunction()
cmake_language(DEFER DIRECTORY ${PROJECT_SOURCE_DIR} CALL freshet_build_parquet_first)

install(TARGETS freshet_parquet LIBRARY DESTINATION lib)
install(FILES ${FRESHET_ARROW_DIR}/lib/libarrow.so.2600 ${FRESHET_ARROW_DIR}/lib/libparquet.so.2600 DESTINATION lib)
install(DIRECTORY ${FRESHET_ARROW_DIR}/licenses/ DESTINATION share/doc/freshet/arrow)
