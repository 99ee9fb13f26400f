# Warnings, sanitizers and development speed-ups (ccache, mold: used where installed, never needed).
add_library(anabranch_warnings INTERFACE)
target_compile_options(anabranch_warnings INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ is the judge; clang (fuzz targets only) warns of other things, without stopping.
  target_compile_options(anabranch_warnings INTERFACE -Werror)
  # g++ 12 warns falsely inside std::string and coroutine frames at -O2 (GCC PR 105329, 105651).
  target_compile_options(anabranch_warnings INTERFACE -Wno-restrict -Wno-maybe-uninitialized)
endif()

find_program(ANABRANCH_CCACHE ccache)
if(ANABRANCH_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${ANABRANCH_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${ANABRANCH_CCACHE})
endif()
find_program(ANABRANCH_MOLD mold)
if(ANABRANCH_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

if(ANABRANCH_SANITIZE)
  add_compile_options(-fsanitize=${ANABRANCH_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${ANABRANCH_SANITIZE})
  if(ANABRANCH_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
  if(ANABRANCH_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-tsan)  # Asio's fences
  endif()
endif()

# What the sanitizers' run-time needs to know when ctest runs a program. A suppression needs a reason in its file.
set(ANABRANCH_SANITIZER_ENVIRONMENT
  "ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1"
  "UBSAN_OPTIONS=print_stacktrace=1"
  "TSAN_OPTIONS=halt_on_error=1:ignore_noninstrumented_modules=1:second_deadlock_stack=1:suppressions=${PROJECT_SOURCE_DIR}/tests/suppressions/tsan.txt")
