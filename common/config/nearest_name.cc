#include "common/config/nearest_name.h"

#include <algorithm>
#include <array>
#include <limits>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace nepa::config {
namespace {

constexpr size_t kLongest = 64;

char Folded(char c) { return c == '-' ? '_' : absl::ascii_tolower(c); }

// Whether `name` is `word` and others, with '_' or '-' between.
bool HasWord(absl::string_view name, absl::string_view word) {
  const std::vector<absl::string_view> words = absl::StrSplit(name, absl::ByAnyChar("_-"));
  return words.size() > 1 && absl::c_any_of(words, [&](absl::string_view each) {
           return absl::EqualsIgnoreCase(each, word);
         });
}

}  // namespace

int EditDistance(absl::string_view a, absl::string_view b) {
  if (a.size() > kLongest || b.size() > kLongest) return std::numeric_limits<int>::max();
  // Row i holds the distances of a's first i letters to each beginning of b.
  using Row = std::array<int, kLongest + 1>;
  Row two_before{}, before{}, row{};
  for (size_t j = 0; j <= b.size(); ++j) row[j] = static_cast<int>(j);
  for (size_t i = 1; i <= a.size(); ++i) {
    two_before = before;
    before = row;
    row[0] = static_cast<int>(i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const bool same = Folded(a[i - 1]) == Folded(b[j - 1]);
      row[j] = std::min({before[j] + 1, row[j - 1] + 1, before[j - 1] + (same ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && Folded(a[i - 1]) == Folded(b[j - 2]) &&
                           Folded(a[i - 2]) == Folded(b[j - 1]);
      if (swapped) row[j] = std::min(row[j], two_before[j - 2] + 1);
    }
  }
  return row[b.size()];
}

std::string NearestName(absl::string_view wrong, const std::vector<std::string>& candidates) {
  std::string nearest;
  int least = std::numeric_limits<int>::max();
  for (const std::string& candidate : candidates) {
    const int distance = EditDistance(wrong, candidate);
    const int longer = static_cast<int>(std::max(wrong.size(), candidate.size()));
    if (distance >= least || distance > std::max(1, longer / 3)) continue;
    least = distance;
    nearest = candidate;
  }
  if (!nearest.empty() || wrong.empty()) return nearest;
  for (const std::string& candidate : candidates) {
    if (!HasWord(candidate, wrong)) continue;
    if (!nearest.empty()) return "";
    nearest = candidate;
  }
  return nearest;
}

}  // namespace nepa::config
