// JSON of unknown origin to a value, with a bound on its depth. Whatever walks a value (copying,
// comparing, printing it) calls itself for each level, so that a file of brackets alone would end
// the process.
//
// Pure. Any thread.
#ifndef NEPA_COMMON_JSON_TEXT_JSON_TEXT_H_
#define NEPA_COMMON_JSON_TEXT_JSON_TEXT_H_

#include <nlohmann/json.hpp>
#include <string_view>

namespace nepa::json_text {

// Deeper than anything that a program of ours writes.
inline constexpr int kMostDepth = 32;

// How many arrays and objects lie around one another at most; of a text that is no JSON, as far as
// its brackets go.
int Depth(std::string_view text);

// A discarded value (is_discarded()) for text that is no JSON, or deeper than kMostDepth.
template <typename Json = nlohmann::json>
Json Parse(std::string_view text) {
  if (Depth(text) > kMostDepth) return Json(nlohmann::detail::value_t::discarded);
  return Json::parse(text.begin(), text.end(), /*cb=*/nullptr, /*allow_exceptions=*/false);
}

}  // namespace nepa::json_text

#endif  // NEPA_COMMON_JSON_TEXT_JSON_TEXT_H_
