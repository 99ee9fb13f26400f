#include "experiments/direction.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <vector>

namespace anabranch::experiments {
namespace {

constexpr std::string_view kLessIsBetter[] = {
    "loss",      "losses",     "error", "errors", "err",      "rmse",       "mse",         "mae",
    "mape",      "smape",      "msle",  "rmsle",  "bce",      "perplexity", "ppl",         "nll",
    "wer",       "cer",        "eer",   "ter",    "fid",      "kid",        "lpips",       "kl",
    "kld",       "divergence", "ece",   "brier",  "regret",   "cost",       "deviance",    "distance",
    "hausdorff", "hamming",    "fpr",   "fnr",    "failures", "misses",     "crossentropy"};
constexpr std::string_view kLessUsedIsBetter[] = {"latency",  "time",    "seconds", "secs",  "sec",    "ms",
                                                  "duration", "elapsed", "delay",   "bytes", "memory", "mem"};
constexpr std::string_view kMoreIsBetter[] = {
    "acc",    "accuracy",   "f1",         "fscore",      "auc",         "auroc",    "auprc", "roc",
    "bleu",   "rouge",      "meteor",     "map",         "ap",          "mrr",      "ndcg",  "score",
    "scores", "reward",     "rewards",    "return",      "returns",     "r2",       "iou",   "miou",
    "dice",   "precision",  "recall",     "sensitivity", "specificity", "tpr",      "tnr",   "psnr",
    "ssim",   "throughput", "likelihood", "correlation", "pearson",     "spearman", "kappa", "mcc",
    "gain",   "fps",        "success",    "hit",         "hits",        "correct",  "wins"};
/// Of words that were written together: trainloss.
constexpr std::string_view kEndings[] = {"loss", "error", "perplexity", "accuracy", "score", "reward"};
constexpr std::string_view kTimes[] = {"s", "sec", "second", "minute", "min", "hour"};
constexpr std::string_view kHeldBack[] = {"val", "valid", "validation", "test", "eval", "dev"};

template <std::size_t kSize>
bool is_one_of(const std::string_view (&words)[kSize], std::string_view word) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

struct Guess {
  Direction direction = Direction::max;
  bool is_of_use = false;  // time or memory
};

std::optional<Guess> guess_word(std::string_view word) {
  if (is_one_of(kLessIsBetter, word)) return Guess{Direction::min, false};
  if (is_one_of(kLessUsedIsBetter, word)) return Guess{Direction::min, true};
  if (is_one_of(kMoreIsBetter, word)) return Guess{Direction::max, false};
  for (const auto ending : kEndings) {
    if (word.ends_with(ending)) return guess_word(ending);
  }
  const auto letters = word.find_last_not_of("0123456789");
  if (letters == std::string_view::npos || letters + 1 == word.size()) return std::nullopt;
  return guess_word(word.substr(0, letters + 1));  // acc5
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

/// "valLoss/top-5" is val, loss, top, 5; what is a word as a whole (mIoU) is not parted.
std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words;
  const auto is_of_word = [](char c) { return is_lower(c) || is_upper(c) || is_digit(c); };
  for (std::size_t at = 0; at < name.size();) {
    std::size_t end = at;
    while (end < name.size() && is_of_word(name[end])) ++end;
    const std::string_view part = name.substr(at, end - at);
    at = std::max(end, at + 1);
    if (part.empty()) continue;
    if (guess_word(lower(part))) {
      words.push_back(lower(part));
      continue;
    }
    for (std::size_t i = 0; i < part.size(); ++i) {
      if (i == 0 || (is_upper(part[i]) && is_lower(part[i - 1]))) words.emplace_back();
      words.back() += lower(part.substr(i, 1));
    }
  }
  return words;
}

/// The last word that tells: accuracy_loss is a loss. A "neg" before it turns it round.
std::optional<Guess> guess(std::string_view metric) {
  const auto words = words_of(metric);
  const auto per = std::find(words.begin(), words.end(), "per");
  std::optional<Guess> found;
  bool is_turned = false;
  for (auto word = words.begin(); word != per; ++word) {
    const bool is_time_to = *word == "time" && word + 1 != words.end() && word[1] == "to";
    if (is_time_to) return Guess{Direction::min, true};
    if (*word == "neg" || *word == "negative") is_turned = true;
    const bool is_cross_entropy = *word == "entropy" && word != words.begin() && word[-1] == "cross";
    if (const auto told = is_cross_entropy ? Guess{Direction::min, false} : guess_word(*word)) {
      found = told;
      if (is_turned) found->direction = told->direction == Direction::min ? Direction::max : Direction::min;
    }
  }
  if (!found && per != words.begin() && per != words.end() && per + 1 != words.end() &&
      is_one_of(kTimes, per[1]))
    return Guess{Direction::max, true};  // samples_per_second
  return found;
}

}  // namespace

std::string_view to_string(Direction direction) { return direction == Direction::min ? "min" : "max"; }

std::optional<Direction> parse_direction(std::string_view text) {
  if (text == "min") return Direction::min;
  if (text == "max") return Direction::max;
  return std::nullopt;
}

std::optional<Direction> infer_direction(std::string_view metric) {
  const auto told = guess(metric);
  return told ? std::optional<Direction>(told->direction) : std::nullopt;
}

std::string main_metric(const std::map<std::string, std::uint64_t>& runs) {
  std::string best;
  std::tuple<bool, std::uint64_t, bool, bool> best_rank;
  for (const auto& [name, count] : runs) {
    const auto told = guess(name);
    if (!told) continue;
    const auto words = words_of(name);
    const bool is_held_back =
        std::any_of(words.begin(), words.end(), [](const auto& word) { return is_one_of(kHeldBack, word); });
    const std::tuple rank(!told->is_of_use, count, told->direction == Direction::max, is_held_back);
    if (!best.empty() && rank <= best_rank) continue;
    best = name;
    best_rank = rank;
  }
  return best;
}

}  // namespace anabranch::experiments
