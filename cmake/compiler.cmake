# How every target is compiled.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1 -fno-omit-frame-pointer")

option(FRESHET_WERROR "Treat warnings as errors" OFF)
set(FRESHET_SANITIZE "" CACHE STRING "Sanitizers to build with: address,undefined or thread")

add_library(freshet_options INTERFACE)
target_include_directories(freshet_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(freshet_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
                       -Wno-missing-field-initializers)
target_compile_definitions(freshet_options INTERFACE
  BOOST_DISABLE_ASSERTS           # Beast 1.81 asserts on a trickled, empty chunked body
  FRESHET_VERSION="${PROJECT_VERSION}")
if(FRESHET_WERROR)
  target_compile_options(freshet_options INTERFACE -Werror)
endif()
if(FRESHET_SANITIZE)
  target_compile_options(freshet_options INTERFACE -fsanitize=${FRESHET_SANITIZE})
  target_link_options(freshet_options INTERFACE -fsanitize=${FRESHET_SANITIZE})
endif()

# ccache shares objects between the presets' folders and fresh clones.
find_program(CCACHE ccache)
if(CCACHE)
  foreach(language C CXX)
    set(CMAKE_${language}_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} ${CCACHE})
  endforeach()
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()
