#include "runner/promote.h"

namespace anabranch::runner {

Result<PromotionInfo> promote(const ApiClient& api, const PromoteOrder& order) {
  PromotionOrder wanted;
  wanted.message = order.message;
  for (const auto& requirement : order.requirements) wanted.requirements.push_back(requirement.text);
  wanted.strategy = order.strategy;
  wanted.expected_destination_commit = order.expected_target_commit;
  wanted.allow_data_change = order.allow_data_change;
  wanted.is_dry_run = order.is_dry_run;
  return api.promote(order.repository, order.run, order.target, wanted);
}

}  // namespace anabranch::runner
