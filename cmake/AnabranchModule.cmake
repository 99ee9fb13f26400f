# anabranch_module(NAME kv DEPS base io [LIBS Boost::headers] SRCS a.cc b.cc)
#
# Makes library anabranch_kv (alias anabranch::kv) from src/kv, plus anabranch_kv_link_test: a program that links all of
# the module with only the modules it declares. A symbol borrowed from any other layer does not resolve, and the build
# fails. (Idea: FoundationDB, cmake/AddFdbServerLinkTest.cmake.)
#
# Its headers are a CMake header set: target all_verify_interface_header_sets compiles each of them alone.
function(anabranch_module)
  cmake_parse_arguments(M "" "NAME" "DEPS;LIBS;SRCS" ${ARGN})
  list(TRANSFORM M_DEPS PREPEND anabranch::)

  add_library(anabranch_${M_NAME} STATIC ${M_SRCS})
  add_library(anabranch::${M_NAME} ALIAS anabranch_${M_NAME})
  target_include_directories(anabranch_${M_NAME} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.h)
  if(headers)
    target_sources(anabranch_${M_NAME} PUBLIC
      FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/src FILES ${headers})
  endif()
  target_compile_features(anabranch_${M_NAME} PUBLIC cxx_std_20)
  target_link_libraries(anabranch_${M_NAME} PUBLIC ${M_DEPS} ${M_LIBS} PRIVATE anabranch_warnings)

  if(BUILD_TESTING)
    add_executable(anabranch_${M_NAME}_link_test ${PROJECT_SOURCE_DIR}/cmake/link_test.cc)
    target_link_libraries(anabranch_${M_NAME}_link_test PRIVATE
      -Wl,--whole-archive anabranch_${M_NAME} -Wl,--no-whole-archive)
  endif()
endfunction()

# anabranch_test(NAME kv_test DEPS kv base SRCS a_test.cc [LABELS tsan] [TIMEOUT seconds])
# A GoogleTest program, one ctest entry; `TEST_SEED` in the environment replays a seeded test.
# Label `tsan`: target `tests_tsan` builds it, and `make test` runs it under ThreadSanitizer too.
function(anabranch_test)
  cmake_parse_arguments(T "" "NAME;TIMEOUT" "DEPS;LIBS;SRCS;LABELS" ${ARGN})
  list(TRANSFORM T_DEPS PREPEND anabranch::)
  add_executable(${T_NAME} ${T_SRCS})
  target_link_libraries(${T_NAME} PRIVATE ${T_DEPS} ${T_LIBS} anabranch_warnings anabranch_testing
    GTest::gmock GTest::gtest GTest::gtest_main)
  target_include_directories(${T_NAME} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  add_test(NAME ${T_NAME} COMMAND ${T_NAME} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 300)
  endif()
  set_tests_properties(${T_NAME} PROPERTIES TIMEOUT ${T_TIMEOUT} ENVIRONMENT "${ANABRANCH_SANITIZER_ENVIRONMENT}")
  if(T_LABELS)
    set_tests_properties(${T_NAME} PROPERTIES LABELS "${T_LABELS}")
  endif()
  if("tsan" IN_LIST T_LABELS)
    add_dependencies(tests_tsan ${T_NAME})
  endif()
endfunction()

# anabranch_fuzz(NAME fuzz_xml DEPS s3 SRCS fuzz_xml.cc)
# A libFuzzer program in <build>/fuzzers, run by scripts/fuzz.sh from the seeds in tests/fuzz/corpus/<NAME>.
function(anabranch_fuzz)
  cmake_parse_arguments(F "" "NAME" "DEPS;LIBS;SRCS" ${ARGN})
  list(TRANSFORM F_DEPS PREPEND anabranch::)
  add_executable(${F_NAME} ${F_SRCS})
  target_link_libraries(${F_NAME} PRIVATE ${F_DEPS} ${F_LIBS} anabranch_warnings)
  target_include_directories(${F_NAME} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_link_options(${F_NAME} PRIVATE -fsanitize=fuzzer)
  set_target_properties(${F_NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/fuzzers)
  add_dependencies(fuzzers ${F_NAME})
endfunction()
