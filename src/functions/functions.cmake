# Programs that the functions library carries inside itself: the sandbox launcher (static, so that it runs before there is a
# file system; without sanitizers) and the runtimes' bootstraps.
set(launcher_dir ${PROJECT_BINARY_DIR}/launcher)
set(functions_dir ${PROJECT_SOURCE_DIR}/src/functions)

add_executable(orrery_launcher ${functions_dir}/launcher/main.cc ${functions_dir}/launcher/carry_out.cc
               ${functions_dir}/launcher/descriptors.cc)
target_include_directories(orrery_launcher PRIVATE ${PROJECT_SOURCE_DIR}/src)
target_compile_options(orrery_launcher PRIVATE -O2 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
  -fno-exceptions -fno-rtti -ffunction-sections -fdata-sections)
target_link_options(orrery_launcher PRIVATE -static -s -Wl,--gc-sections)
set_target_properties(orrery_launcher PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${launcher_dir})

# The same plan carried out in a copy of a template process: a library that the interpreter loads.
add_library(orrery_template MODULE ${functions_dir}/launcher/template.cc ${functions_dir}/launcher/carry_out.cc
            ${functions_dir}/launcher/descriptors.cc)
target_include_directories(orrery_template PRIVATE ${PROJECT_SOURCE_DIR}/src)
target_compile_options(orrery_template PRIVATE -O2 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
  -fno-exceptions -fno-rtti -fvisibility=hidden)
target_link_options(orrery_template PRIVATE -s -Wl,--gc-sections -Wl,--as-needed)
set_target_properties(orrery_template PROPERTIES PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${launcher_dir})

# What makes programs of a function see a wound clock: preloaded into any that uses the C library.
add_library(orrery_clock MODULE ${functions_dir}/launcher/clock.cc)
target_compile_options(orrery_clock PRIVATE -O2 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
  -fno-exceptions -fno-rtti -fno-threadsafe-statics -fvisibility=hidden)
target_link_options(orrery_clock PRIVATE -s -Wl,--gc-sections -Wl,--as-needed)
set_target_properties(orrery_clock PROPERTIES PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${launcher_dir})

# Their sources read other files with .incbin, which ccache does not see: they are compiled without it.
set(runtimes_dir ${functions_dir}/runtimes)
set(embedding ${functions_dir}/sandbox/launcher_image.cc ${runtimes_dir}/bootstraps.cc)
set_source_files_properties(${functions_dir}/sandbox/launcher_image.cc PROPERTIES
  COMPILE_DEFINITIONS "ORRERY_LAUNCHER=\"${launcher_dir}/orrery_launcher\""
  OBJECT_DEPENDS ${launcher_dir}/orrery_launcher)
set_source_files_properties(${runtimes_dir}/bootstraps.cc PROPERTIES
  COMPILE_DEFINITIONS
  "ORRERY_TEMPLATE=\"${launcher_dir}/orrery_template.so\";ORRERY_CLOCK=\"${launcher_dir}/orrery_clock.so\";ORRERY_PYTHON_BOOTSTRAP=\"${runtimes_dir}/python/bootstrap.py\";ORRERY_NODE_BOOTSTRAP=\"${runtimes_dir}/node/bootstrap.cjs\""
  OBJECT_DEPENDS "${launcher_dir}/orrery_template.so;${launcher_dir}/orrery_clock.so;${runtimes_dir}/python/bootstrap.py;${runtimes_dir}/node/bootstrap.cjs")
add_library(orrery_embedded OBJECT ${embedding})
set_target_properties(orrery_embedded PROPERTIES CXX_COMPILER_LAUNCHER "")
target_link_libraries(orrery_embedded PRIVATE orrery_options)
target_include_directories(orrery_embedded PRIVATE ${PROJECT_BINARY_DIR}/layers/functions)
get_target_property(sources orrery_functions SOURCES)
# The server itself asks the C library what the time is.
list(REMOVE_ITEM sources ${embedding} ${functions_dir}/launcher/clock.cc)
set_property(TARGET orrery_functions PROPERTY SOURCES ${sources} $<TARGET_OBJECTS:orrery_embedded>)

# The example of a function in C++, which the tests run.
if(TARGET functions_test)
  add_executable(cpp_function ${PROJECT_SOURCE_DIR}/examples/cpp_function/main.cc)
  target_link_options(cpp_function PRIVATE -static -s)
  add_dependencies(functions_test cpp_function)
  target_compile_definitions(functions_test PRIVATE CPP_FUNCTION="$<TARGET_FILE:cpp_function>")
endif()
