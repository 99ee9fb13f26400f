// runner/api_paths.h — the REST API's paths, percent-encoded. Private to runner.
#pragma once

#include <string>

#include "http/message.h"

namespace anabranch::runner {

inline std::string encoded(const std::string& text) { return http::percent_encode(text, false); }
inline std::string repository_path(const std::string& repository) {
  return "/repositories/" + encoded(repository);
}
inline std::string branch_path(const std::string& repository, const std::string& branch) {
  return repository_path(repository) + "/branches/" + encoded(branch);
}
inline std::string ref_path(const std::string& repository, const std::string& ref) {
  return repository_path(repository) + "/refs/" + encoded(ref);
}

}  // namespace anabranch::runner
