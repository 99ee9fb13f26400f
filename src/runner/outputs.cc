#include "runner/outputs.h"

#include <algorithm>
#include <set>
#include <utility>

#include "runner/files.h"
#include "runner/record.h"
#include "runner/text.h"

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

namespace anabranch::runner {
namespace {

constexpr const char* kProjectFile = "anabranch.toml";
constexpr std::uint64_t kProjectFileSizeMax = 1 * MiB;
constexpr const char* kRecordsFolder = ".anabranch";
constexpr const char* kResultFolders[] = {"artifacts", "config"};
/// Where the runner writes on a branch, beside the places of results.
constexpr const char* kRunnersFolders[] = {"metrics", "logs", kRecordsFolder};

bool is_at_or_below(std::string_view path, std::string_view place) {
  return path.starts_with(place) && (path.size() == place.size() || path[place.size()] == '/');
}

Result<void> read_outputs(const toml::node& value, const std::string& where, ProjectFile& project) {
  const toml::array* const array = value.as_array();
  const auto wrong = [&] {
    return fail(ErrorCode::invalid_argument, where + ": 'out' must be a list of texts");
  };
  if (array == nullptr) return wrong();
  for (const auto& item : *array) {
    const auto text = item.value<std::string>();
    if (!text) return wrong();
    auto output = parse_output(*text);
    if (!output) return fail(ErrorCode::invalid_argument, where + ": " + output.error().message);
    project.outputs.push_back(*std::move(output));
  }
  return {};
}

}  // namespace

Result<std::string> parse_output(std::string_view text) {
  std::string_view path = text;
  while (path.starts_with("./")) path.remove_prefix(2);
  while (path.ends_with('/')) path.remove_suffix(1);
  const auto refuse = [&](const std::string& why) {
    return fail(ErrorCode::invalid_argument, "--out '" + printable(text) + "': " + why);
  };
  if (!is_utf8(path)) return refuse("it is not UTF-8");
  if (!is_safe_relative_path(path)) return refuse("it must lie below the run's own folder");
  if (is_at_or_below(path, kRecordsFolder)) return refuse("that is where the runner keeps its own records");
  return std::string(path);
}

OutputPlaces::OutputPlaces(std::vector<std::string> more) : more_(std::move(more)) {
  std::sort(more_.begin(), more_.end());
  more_.erase(std::unique(more_.begin(), more_.end()), more_.end());
}

bool OutputPlaces::contain(std::string_view path) const {
  const auto holds = [&](std::string_view place) { return is_at_or_below(path, place); };
  return std::any_of(std::begin(kResultFolders), std::end(kResultFolders), holds) ||
         std::any_of(more_.begin(), more_.end(), holds);
}

Result<std::vector<std::string>> OutputPlaces::list_inherited(const ApiClient& api,
                                                              const std::string& repository,
                                                              const std::string& commit) const {
  std::vector<std::string> places(std::begin(kResultFolders), std::end(kResultFolders));
  places.insert(places.end(), std::begin(kRunnersFolders), std::end(kRunnersFolders));
  places.insert(places.end(), more_.begin(), more_.end());
  std::set<std::string> paths;
  for (const auto& place : places) {
    ANABRANCH_CHECK(api.list_objects(repository, commit, place, "", [&](ObjectInfo object) {
      if (is_at_or_below(object.path, place)) paths.insert(std::move(object.path));
      return true;
    }));
  }
  return std::vector<std::string>(paths.begin(), paths.end());
}

bool is_runners_own(std::string_view path) {
  return path == kMetricsPath || path == kMetricLinesPath || path == kStdoutPath || path == kStderrPath ||
         is_at_or_below(path, kRecordsFolder);
}

Result<ProjectFile> read_project_file(const std::string& workdir) {
  ProjectFile project;
  const std::string where = workdir + "/" + kProjectFile;
  const auto text = read_file(where, kProjectFileSizeMax);
  if (!text && text.error().code == ErrorCode::not_found) return project;
  if (!text) return fail(ErrorCode::invalid_argument, text.error().message);
  const toml::parse_result parsed = toml::parse(std::string_view(*text), std::string_view(where));
  if (!parsed) {
    return fail(ErrorCode::invalid_argument, where + ":" +
                                                 std::to_string(parsed.error().source().begin.line) + ": " +
                                                 std::string(parsed.error().description()));
  }
  for (const auto& [key, value] : parsed.table()) {
    if (key.str() != "out") {
      return fail(ErrorCode::invalid_argument, where + ": unknown key '" + printable(key.str()) + "'");
    }
    ANABRANCH_CHECK(read_outputs(value, where, project));
  }
  return project;
}

}  // namespace anabranch::runner
