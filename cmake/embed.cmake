# freshet_embed(<target> <files...>)
# The bytes of files as constants of the program: docs.html becomes freshet::embedded::docs_html, which who uses it
# declares as `extern const std::string_view`.
function(freshet_embed target)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/embedded)
  foreach(file ${ARGN})
    get_filename_component(name ${file} NAME)
    string(MAKE_C_IDENTIFIER ${name} name)
    add_custom_command(
      OUTPUT ${folder}/${name}.cpp
      COMMAND ${CMAKE_COMMAND} -D file=${CMAKE_CURRENT_SOURCE_DIR}/${file} -D name=${name} -D folder=${folder}
              -P ${PROJECT_SOURCE_DIR}/cmake/embed_file.cmake
      DEPENDS ${file} ${PROJECT_SOURCE_DIR}/cmake/embed_file.cmake
      COMMENT "Embedding ${file}")
    target_sources(${target} PRIVATE ${folder}/${name}.cpp)
  endforeach()
endfunction()
