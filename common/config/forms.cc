#include "common/config/forms.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "common/config/nearest_name.h"
#include "common/config/quantities.h"

namespace nepa::config {
namespace {

bool InRange(double value, const RealRange& range) {
  if (range.open_min ? value <= range.min : value < range.min) return false;
  return range.open_max ? value < range.max : value <= range.max;
}

std::string Bounds(const RealRange& range) {
  const std::string max = absl::StrCat(range.open_max ? "below " : "", FormatReal(range.max));
  if (!range.open_min) return absl::StrCat(FormatReal(range.min), " to ", max);
  return absl::StrCat("above ", FormatReal(range.min), ", ", range.open_max ? "" : "at most ", max);
}

Schema NumberSchema(const RealRange& range) {
  Schema schema = {{"type", "number"}};
  schema[range.open_min ? "exclusiveMinimum" : "minimum"] = range.min;
  schema[range.open_max ? "exclusiveMaximum" : "maximum"] = range.max;
  return schema;
}

Form<double> NumberForm(RealRange range, std::string allowed, Schema schema,
                        std::function<std::optional<double>(absl::string_view)> parse) {
  Form<double> form;
  form.allowed = std::move(allowed);
  form.schema = std::move(schema);
  form.read = [range, parse](const Node& node, double& target) -> Verdict {
    if (!node.is_scalar() || node.quoted) {
      // A percentage may stand in quotes: it is no number of YAML's anyway.
      if (!node.is_scalar() || !absl::EndsWith(node.text, "%")) return Found(node);
    }
    const std::optional<double> value = parse(node.text);
    if (!value) return Found(node);
    if (!std::isfinite(*value)) return OutOfRange(node);
    target = *value;
    if (!InRange(*value, range)) return OutOfBounds(node);
    return std::nullopt;
  };
  form.write = [](const double& value) { return Real(value); };
  return form;
}

}  // namespace

Problem Found(const Node& node) {
  std::string text = absl::StrCat("found ", Describe(node));
  const bool number_in_quotes = node.quoted && ReadReal(node.text).has_value();
  if (number_in_quotes) text += " in quotes, which makes it text";
  return {std::move(text)};
}

Verdict Verdict::In(const std::string& part, Position position) const {
  Verdict verdict = *this;
  for (Problem& problem : verdict.problems_) {
    problem.part = part;
    problem.position = position;
  }
  return verdict;
}

bool Verdict::readable() const {
  return std::all_of(problems_.begin(), problems_.end(),
                     [](const Problem& problem) { return problem.bound; });
}

Problem OutOfRange(const Node& node) {
  return {absl::StrCat(node.text.substr(0, 60), " is out of range")};
}

Problem Bound(std::string text) { return {.text = std::move(text), .bound = true}; }

Problem OutOfBounds(const Node& node) { return Bound(OutOfRange(node).text); }

Form<int64_t> WholeForm(int64_t min, int64_t max) {
  Form<int64_t> form;
  form.allowed = absl::StrCat("a whole number, ", min, " to ", max);
  form.schema = {{"type", "integer"}, {"minimum", min}, {"maximum", max}};
  form.read = [min, max](const Node& node, int64_t& target) -> Verdict {
    if (!node.is_scalar() || node.quoted) return Found(node);
    const std::optional<int64_t> value = ReadWhole(node.text);
    if (!value) {
      const size_t sign = node.text.find_first_of("+-") == 0 ? 1 : 0;
      const bool digits =
          node.text.size() > sign && std::all_of(node.text.begin() + sign, node.text.end(),
                                                 [](char c) { return absl::ascii_isdigit(c); });
      return digits ? OutOfRange(node) : Found(node);
    }
    target = *value;
    if (*value < min || *value > max) return OutOfBounds(node);
    return std::nullopt;
  };
  form.write = [](const int64_t& value) { return Whole(value); };
  return form;
}

Form<uint64_t> SeedForm() {
  Form<uint64_t> form;
  form.allowed = "a whole number, 0 to 18446744073709551615";
  form.schema = {{"type", "integer"}, {"minimum", 0}, {"maximum", UINT64_MAX}};
  form.read = [](const Node& node, uint64_t& target) -> Verdict {
    if (!node.is_scalar() || node.quoted) return Found(node);
    const std::optional<uint64_t> value = ReadUnsigned(node.text);
    if (!value) return ReadReal(node.text) ? OutOfRange(node) : Found(node);
    target = *value;
    return std::nullopt;
  };
  form.write = [](const uint64_t& value) { return Plain(absl::StrCat(value)); };
  return form;
}

Form<double> RealForm(RealRange range) {
  return NumberForm(range, absl::StrCat("a number, ", Bounds(range)), NumberSchema(range),
                    ReadReal);
}

Form<double> ShareForm(RealRange range) {
  Schema percent = {{"type", "string"}, {"pattern", "^[0-9.]+ *%$"}};
  return NumberForm(range, absl::StrCat("a number, ", Bounds(range), ", or a percentage like 2.5%"),
                    {{"anyOf", {NumberSchema(range), percent}}}, ReadShare);
}

Form<bool> FlagForm() {
  Form<bool> form;
  form.allowed = "true or false";
  form.schema = {{"type", "boolean"}};
  form.read = [](const Node& node, bool& target) -> Verdict {
    if (!node.is_scalar() || node.quoted) return Found(node);
    const std::string word = absl::AsciiStrToLower(node.text);
    if (word != "true" && word != "false") return Found(node);
    target = word == "true";
    return std::nullopt;
  };
  form.write = [](const bool& value) { return Flag(value); };
  return form;
}

Form<std::pair<double, double>> PairForm(RealRange range, bool ordered,
                                         const std::string& example) {
  Form<std::pair<double, double>> form;
  form.allowed = absl::StrCat("two numbers like ", example, ", each ", Bounds(range),
                              ordered ? ", the first at most the second" : "");
  form.schema = {
      {"type", "array"}, {"items", NumberSchema(range)}, {"minItems", 2}, {"maxItems", 2}};
  form.read = [range, ordered](const Node& node, std::pair<double, double>& target) -> Verdict {
    if (!node.is_sequence()) return Found(node);
    if (node.items.size() != 2) {
      return Problem{absl::StrCat("found a list of ", node.items.size())};
    }
    const Form<double> number = RealForm(range);
    std::pair<double, double> value;
    Verdict bounds = std::nullopt;
    for (const auto& [item, target] :
         {std::pair(&node.items[0], &value.first), std::pair(&node.items[1], &value.second)}) {
      const Verdict verdict = number.read(*item, *target);
      if (!verdict.readable()) return verdict.In("", item->position);
      if (verdict) bounds = verdict.In("", item->position);
    }
    target = value;
    if (!bounds && ordered && value.first > value.second) {
      return Bound(absl::StrCat("the first, ", FormatReal(value.first), ", is above the second, ",
                                FormatReal(value.second)));
    }
    return bounds;
  };
  form.write = [](const std::pair<double, double>& value) {
    return Sequence({Real(value.first), Real(value.second)});
  };
  return form;
}

std::string WordsAllowed(const std::vector<std::string>& words) {
  if (words.size() < 2) return absl::StrJoin(words, "");
  const std::vector<std::string> first(words.begin(), words.end() - 1);
  return absl::StrCat(absl::StrJoin(first, ", "), " or ", words.back());
}

Verdict WordProblem(const Node& node, const std::vector<std::string>& words,
                    const std::vector<std::string>& later) {
  if (!node.is_scalar()) return Found(node);
  if (std::find(words.begin(), words.end(), node.text) != words.end()) return std::nullopt;
  if (std::find(later.begin(), later.end(), node.text) != later.end()) {
    return Problem{absl::StrCat("\"", node.text, "\" is not offered by this version")};
  }
  const std::string nearest = NearestName(node.text, words);
  if (nearest.empty()) return Found(node);
  return Problem{absl::StrCat("found ", Describe(node), "; allowed: ", WordsAllowed(words),
                              "; did you mean \"", nearest, "\"?"),
                 true};
}

}  // namespace nepa::config
