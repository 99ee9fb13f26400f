#include "runner/child_environment.h"

#include <algorithm>
#include <string_view>

#include "runner/command_line.h"

namespace anabranch::runner {
namespace {

constexpr std::string_view kRegion = "us-east-1";
constexpr std::string_view kRemovedPrefixes[] = {"ANABRANCH_", "AWS_", "LAKECTL_", "LAKEFS_", "PARAM_"};

// Names one by one, no prefixes: TF_ alone would let Terraform's tokens in.
constexpr std::string_view kRecorded[] = {
    "CUBLAS_WORKSPACE_CONFIG",
    "CUDA_VISIBLE_DEVICES",
    "JAX_PLATFORMS",
    "KERAS_BACKEND",
    "LANG",
    "LC_ALL",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NVIDIA_VISIBLE_DEVICES",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "PYTHONHASHSEED",
    "PYTHONUNBUFFERED",
    "TF_CPP_MIN_LOG_LEVEL",
    "TF_CUDNN_DETERMINISTIC",
    "TF_DETERMINISTIC_OPS",
    "TF_ENABLE_ONEDNN_OPTS",
    "TF_NUM_INTEROP_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_USE_LEGACY_KERAS",
    "TF_XLA_FLAGS",
    "TOKENIZERS_PARALLELISM",
    "TZ",
    "XLA_FLAGS",
};

std::string_view name_of(std::string_view variable) { return variable.substr(0, variable.find('=')); }

bool is_recorded(std::string_view name) {
  return std::find(std::begin(kRecorded), std::end(kRecorded), name) != std::end(kRecorded);
}

bool is_removed(std::string_view name) {
  return std::any_of(std::begin(kRemovedPrefixes), std::end(kRemovedPrefixes),
                     [&](std::string_view prefix) { return name.starts_with(prefix); });
}

}  // namespace

std::vector<std::string> child_environment(const std::vector<std::string>& own, const RunIdentity& identity,
                                           const Parameters& parameters) {
  std::vector<std::string> variables;
  for (const auto& variable : own) {
    if (!is_removed(name_of(variable))) variables.push_back(variable);
  }
  const auto set = [&](std::string_view name, std::string_view value) {
    variables.push_back(std::string(name) + "=" + std::string(value));
  };
  const std::string& secret =
      identity.key.secret.reveal();  // its own command may know it; it ends with the run
  set("ANABRANCH_ENDPOINT", identity.endpoint);
  set("ANABRANCH_REPOSITORY", identity.repository);
  set("ANABRANCH_BRANCH", identity.branch);
  set("ANABRANCH_RUN", identity.run);
  set("ANABRANCH_INPUT_COMMIT", identity.input_commit);
  set("ANABRANCH_ACCESS_KEY_ID", identity.key.id);
  set("ANABRANCH_SECRET_ACCESS_KEY", secret);
  set("AWS_ENDPOINT_URL", identity.endpoint);
  set("AWS_ACCESS_KEY_ID", identity.key.id);
  set("AWS_SECRET_ACCESS_KEY", secret);
  set("AWS_REGION", kRegion);
  set("AWS_DEFAULT_REGION", kRegion);
  set("AWS_EC2_METADATA_DISABLED", "true");
  set("LAKECTL_SERVER_ENDPOINT_URL", identity.endpoint);
  set("LAKECTL_CREDENTIALS_ACCESS_KEY_ID", identity.key.id);
  set("LAKECTL_CREDENTIALS_SECRET_ACCESS_KEY", secret);
  for (const auto& [name, value] : parameters) set(environment_name(name), value);
  return variables;
}

Metadata recorded_environment(const std::vector<std::string>& own) {
  Metadata recorded;
  for (const auto& variable : own) {
    const std::string_view name = name_of(variable);
    if (is_recorded(name) && name.size() < variable.size()) {
      recorded.emplace(std::string(name), variable.substr(name.size() + 1));
    }
  }
  return recorded;
}

std::vector<std::string> with_recorded(const std::vector<std::string>& own, const Metadata& recorded) {
  std::vector<std::string> variables;
  for (const auto& variable : own) {
    if (!is_recorded(name_of(variable))) variables.push_back(variable);
  }
  for (const auto& [name, value] : recorded) {
    if (is_recorded(name)) variables.push_back(name + "=" + value);
  }
  return variables;
}

}  // namespace anabranch::runner
