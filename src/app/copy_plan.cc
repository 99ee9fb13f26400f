#include "app/copy_plan.h"

#include <algorithm>
#include <filesystem>
#include <unordered_map>
#include <unordered_set>

#include "runner/files.h"

namespace anabranch::app {
namespace {

namespace fs = std::filesystem;
using runner::ObjectInfo;
using runner::Uri;

constexpr std::size_t kMd5TextSize = 32;

std::string base_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

/// `target/name` where the target is a folder (it ends with a slash, or is empty), else `target`.
std::string into(const std::string& target, const std::string& name) {
  return target.empty() || target.ends_with('/') ? target + name : target;
}

std::string as_folder(const std::string& path) {
  return path.empty() || path.ends_with('/') ? path : path + "/";
}

/// What is at the steps' targets, as far as they lie in the target's folder. `found` gets each of them.
template <class Found>
Result<void> look_at_targets(const runner::ApiClient& api, const Uri& target, std::vector<CopyStep>& steps,
                             Found found) {
  std::unordered_map<std::string_view, CopyStep*> by_target;
  std::string_view last;
  for (auto& step : steps) {
    by_target.emplace(step.target, &step);
    last = std::max<std::string_view>(last, step.target);
  }
  return api.list_objects(target.repository, target.ref, as_folder(target.path), "",
                          [&](const ObjectInfo& object) {
                            if (object.path > last) return false;
                            const auto step = by_target.find(object.path);
                            if (step != by_target.end()) found(*step->second, object);
                            return true;
                          });
}

Result<CopyPlan> plan_upload(const runner::ApiClient& api, const CopyOrder& order) {
  CopyPlan plan;
  std::error_code error;
  if (!order.is_recursive) {
    plan.steps.push_back(
        {order.from_file, into(order.to.path, base_name(order.from_file)), 0, {}, false, {}, 0});
  } else {
    if (!fs::is_directory(order.from_file, error)) {
      return fail(ErrorCode::not_found, order.from_file + " is no folder");
    }
    std::vector<std::string> skipped;
    ANABRANCH_TRY(const auto files, runner::files_below(order.from_file, order.from_file, &skipped));
    for (const auto& file : files) {
      plan.steps.push_back(
          {order.from_file + "/" + file, as_folder(order.to.path) + file, 0, {}, false, {}, 0});
    }
    for (auto& name : skipped) {
      plan.problems.push_back({std::move(name), "no regular file, and no link to one in there", false});
    }
  }
  for (auto& step : plan.steps) {
    step.size_bytes = fs::file_size(step.source, error);
    if (error) return fail(ErrorCode::not_found, "cannot read " + step.source + ": " + error.message());
  }
  if (order.is_recursive) {
    ANABRANCH_CHECK(look_at_targets(api, order.to, plan.steps, [](CopyStep& step, const ObjectInfo& object) {
      step.there_checksum = object.checksum;
      step.there_size_bytes = object.size_bytes;
    }));
  }
  return plan;
}

/// An object to copy, and the name that it has below what was named.
struct Found {
  ObjectInfo object;
  std::string name;
};

Result<std::vector<Found>> find_objects(const runner::ApiClient& api, const CopyOrder& order) {
  const Uri& source = order.from;
  std::vector<Found> found;
  if (!order.is_recursive) {
    ANABRANCH_TRY(auto object, api.stat_object(source.repository, source.ref, source.path));
    std::string name = base_name(object.path);
    found.push_back({std::move(object), std::move(name)});
    return found;
  }
  const runner::NamedPath named = runner::named_by(source.path);
  ANABRANCH_CHECK(api.list_named(source.repository, source.ref, source.path, "", [&](ObjectInfo object) {
    const bool is_the_object = !named.object.empty() && object.path == named.object;
    std::string name = is_the_object ? base_name(object.path) : object.path.substr(named.folder.size());
    found.push_back({std::move(object), std::move(name)});
    return true;
  }));
  if (found.empty()) {
    return fail(ErrorCode::not_found, "there is no object and no folder " + source.to_string());
  }
  return found;
}

/// The path below which an object cannot be a file, since another one of them is: "t/clash" of
/// "t/clash/below.txt". Empty: none.
std::string file_above(const std::unordered_set<std::string>& names, const std::string& name) {
  for (auto slash = name.find('/'); slash != std::string::npos; slash = name.find('/', slash + 1)) {
    if (names.contains(name.substr(0, slash))) return name.substr(0, slash);
  }
  return {};
}

Result<CopyPlan> plan_download(const runner::ApiClient& api, const CopyOrder& order) {
  ANABRANCH_TRY(const auto found, find_objects(api, order));
  std::error_code error;
  const bool is_folder = order.is_recursive || fs::is_directory(order.to_file, error);
  std::unordered_set<std::string> names;
  for (const auto& each : found) names.insert(each.name);
  CopyPlan plan;
  for (const auto& [object, name] : found) {
    if (object.path.ends_with('/') && object.size_bytes == 0) continue;  // some clients mark folders so
    if (!runner::is_safe_relative_path(name)) {
      plan.problems.push_back({object.path, "its name cannot be a file's path"});
    } else if (const std::string above = file_above(names, name); !above.empty()) {
      plan.problems.push_back({object.path, "it lies below '" + above + "', which is an object, too"});
    } else {
      plan.steps.push_back({object.path,
                            into(is_folder ? as_folder(order.to_file) : order.to_file, name),
                            object.size_bytes,
                            object.checksum,
                            false,
                            {},
                            0});
    }
  }
  return plan;
}

Result<CopyPlan> plan_within(const runner::ApiClient& api, const CopyOrder& order) {
  if (order.from.repository != order.to.repository) {
    return fail(ErrorCode::not_implemented,
                "objects are copied within one repository only: download and upload them");
  }
  ANABRANCH_TRY(const auto found, find_objects(api, order));
  CopyPlan plan;
  for (const auto& [object, name] : found) {
    plan.steps.push_back({object.path,
                          into(order.is_recursive ? as_folder(order.to.path) : order.to.path, name),
                          object.size_bytes,
                          object.checksum,
                          false,
                          {},
                          0});
  }
  if (order.is_recursive) {
    ANABRANCH_CHECK(look_at_targets(api, order.to, plan.steps, [](CopyStep& step, const ObjectInfo& object) {
      step.is_there = object.size_bytes == step.size_bytes && object.checksum == step.checksum;
    }));
  }
  return plan;
}

Result<bool> file_is(const std::string& file, std::uint64_t size_bytes, const std::string& checksum) {
  std::error_code error;
  if (checksum.size() != kMd5TextSize || !fs::is_regular_file(file, error)) return false;
  if (fs::file_size(file, error) != size_bytes || error) return false;
  ANABRANCH_TRY(const auto md5, runner::md5_of_file(file));
  return md5 == checksum;
}

}  // namespace

Result<CopyPlan> plan_copy(const runner::ApiClient& api, const CopyOrder& order) {
  switch (order.direction) {
    case CopyDirection::up:
      return plan_upload(api, order);
    case CopyDirection::down:
      return plan_download(api, order);
    case CopyDirection::within:
      break;
  }
  return plan_within(api, order);
}

Result<bool> is_unchanged(const CopyOrder& order, const CopyStep& step) {
  if (!order.is_recursive) return false;
  if (order.direction == CopyDirection::within) return step.is_there;
  return order.direction == CopyDirection::up
             ? file_is(step.source, step.there_size_bytes, step.there_checksum)
             : file_is(step.target, step.size_bytes, step.checksum);
}

}  // namespace anabranch::app
