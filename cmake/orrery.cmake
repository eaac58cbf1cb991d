# orrery_library(NAME [COLD] [UNITY] [FOLDER path] [FLAT] DEPENDS lib... [PACKAGES target...] [PRECOMPILE header...]
#                [PRECOMPILED lib])
#
# One static library for the folder src/NAME (or src/FOLDER), sub-folders included unless FLAT, with the tests that stand
# beside its code as the program NAME_test. Files are found by their names: *_test.cc tests, *_fuzz.cc fuzz targets, the
# other *.cc are the library. A folder without code yet is skipped, headers alone make an interface library.
#
# COLD: what waits for a disk, a client or a function anyway; it is compiled in two thirds of the time, to be a little
# slower.
#
# A library sees only the headers of what it names in DEPENDS: the include path of each is build/PRESET/layers/NAME, which
# holds a link to that one folder of src/.
#
# PRECOMPILE: large headers that most of its files include, read once for the library and once for its tests. Every file
# still includes what it uses: clang-tidy, the fuzz targets and -D ORRERY_PRECOMPILE=OFF read each by itself.
# PRECOMPILED: those of another library, for one that is too small for its own. With both, PRECOMPILED is for ORRERY_UNITY.
#
# UNITY: with ORRERY_UNITY, the files of one folder are compiled as one, in half of the time; what stands in their anonymous
# namespaces needs names of its own there. The other presets compile each file by itself: see docs/decisions/020-build-time.md.
#
# What a declaration of one's own would smuggle past the include paths, the program NAME_links finds: all of the library,
# linked with what it names in DEPENDS and PACKAGES (and what those name) and with nothing else. It never runs.
function(orrery_library NAME)
  cmake_parse_arguments(ARG "FLAT;COLD;UNITY" "FOLDER;PRECOMPILED" "DEPENDS;PACKAGES;PRECOMPILE" ${ARGN})
  if(NOT ARG_FOLDER)
    set(ARG_FOLDER ${NAME})
  endif()
  set(folder ${PROJECT_SOURCE_DIR}/src/${ARG_FOLDER})
  set(view ${PROJECT_BINARY_DIR}/layers/${NAME})
  if(ARG_FLAT)
    file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.cc)
    file(GLOB headers CONFIGURE_DEPENDS ${folder}/*.h)
    file(MAKE_DIRECTORY ${view}/${ARG_FOLDER})
    foreach(header ${headers})
      get_filename_component(file ${header} NAME)
      file(CREATE_LINK ${header} ${view}/${ARG_FOLDER}/${file} SYMBOLIC)
    endforeach()
  else()
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cc)
    get_filename_component(parent ${view}/${ARG_FOLDER} DIRECTORY)
    file(MAKE_DIRECTORY ${parent} ${folder})
    file(CREATE_LINK ${folder} ${view}/${ARG_FOLDER} SYMBOLIC)
  endif()
  set(tests ${sources})
  set(fuzzers ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER fuzzers INCLUDE REGEX "_fuzz\\.cc$")
  list(FILTER sources EXCLUDE REGEX "(_(test|fuzz)|/main)\\.cc$")

  set(linked orrery_options ${ARG_PACKAGES})
  foreach(dependency ${ARG_DEPENDS})
    list(APPEND linked orrery_${dependency})
  endforeach()
  if(sources)
    add_library(orrery_${NAME} STATIC ${sources})
    target_include_directories(orrery_${NAME} PUBLIC ${view})
    target_link_libraries(orrery_${NAME} PUBLIC ${linked})
    if(ARG_COLD)
      target_compile_options(orrery_${NAME} PRIVATE $<$<CONFIG:Release>:-O1>)
    endif()
    if(ARG_UNITY AND ORRERY_UNITY)
      orrery_unity(orrery_${NAME} ${sources})
    endif()
    if(ARG_PRECOMPILED AND (ORRERY_UNITY OR NOT ARG_PRECOMPILE))
      orrery_precompile(orrery_${NAME} REUSE_FROM orrery_${ARG_PRECOMPILED})
    else()
      orrery_precompile(orrery_${NAME} ${ARG_PRECOMPILE})
    endif()
    if(ORRERY_TESTS)
      orrery_link_test(${NAME})
    endif()
  else()
    add_library(orrery_${NAME} INTERFACE)
    target_include_directories(orrery_${NAME} INTERFACE ${view})
    target_link_libraries(orrery_${NAME} INTERFACE ${linked})
  endif()

  if(tests AND ORRERY_TESTS)
    add_executable(${NAME}_test ${tests})
    target_link_libraries(${NAME}_test PRIVATE orrery_${NAME} GTest::gmock GTest::gtest_main)
    list(LENGTH tests number_of_tests)
    if(number_of_tests GREATER 2)
      orrery_precompile(${NAME}_test <gmock/gmock.h> <gtest/gtest.h> ${ARG_PRECOMPILE})
    endif()
    set_property(GLOBAL APPEND PROPERTY ORRERY_TEST_PROGRAMS ${NAME}_test)
    add_test(NAME unit.${NAME} COMMAND ${NAME}_test --gtest_brief=1)
    set_tests_properties(unit.${NAME} PROPERTIES TIMEOUT 300)
  endif()
  if(ORRERY_FUZZERS)
    foreach(fuzzer ${fuzzers})
      get_filename_component(fuzz_name ${fuzzer} NAME_WE)
      add_executable(${fuzz_name} ${fuzzer})
      target_link_libraries(${fuzz_name} PRIVATE orrery_${NAME})
      target_link_options(${fuzz_name} PRIVATE -fsanitize=fuzzer)
    endforeach()
  endif()
endfunction()

function(orrery_precompile TARGET)
  if(NOT ARGN OR NOT ORRERY_PRECOMPILE OR NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    return()
  endif()
  if(ARGV1 STREQUAL REUSE_FROM)
    target_precompile_headers(${TARGET} ${ARGN})
  else()
    target_precompile_headers(${TARGET} PRIVATE ${ARGN})
  endif()
  # g++ 12 forgets that what it precompiled are the system's headers, and takes std::string's own code for mistakes.
  target_compile_options(${TARGET} PRIVATE -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread)
endfunction()

function(orrery_unity TARGET)
  set_target_properties(${TARGET} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  foreach(source ${ARGN})
    get_filename_component(folder ${source} DIRECTORY)
    string(REGEX REPLACE "[^a-z_]" "_" group ${folder})
    set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${group})
  endforeach()
  target_link_libraries(${TARGET} PRIVATE orrery_unity_options)
endfunction()

function(orrery_link_test NAME)
  set(empty ${PROJECT_BINARY_DIR}/layers/empty.cc)
  if(NOT EXISTS ${empty})
    file(WRITE ${empty} "int main() {}\n")
  endif()
  add_executable(${NAME}_links EXCLUDE_FROM_ALL ${empty})
  # Sections that nothing uses must stay: their references count too. As a library, because that comes after the
  # --gc-sections of orrery_options.
  target_link_libraries(${NAME}_links PRIVATE $<LINK_LIBRARY:WHOLE_ARCHIVE,orrery_${NAME}> -Wl,--no-gc-sections)
  target_link_options(${NAME}_links PRIVATE -Wl,--strip-all)
  set_property(GLOBAL APPEND PROPERTY ORRERY_LINK_TESTS ${NAME}_links)
endfunction()
