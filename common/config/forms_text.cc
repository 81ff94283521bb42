// Forms whose values are texts, or texts made of quantities.
#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/config/forms.h"
#include "common/config/http_url.h"
#include "common/config/names.h"
#include "common/config/quantities.h"

namespace nepa::config {
namespace {

constexpr size_t kLongestName = 64;
constexpr size_t kMostClasses = 30'000;
constexpr size_t kMostVariables = 100;

bool HasControlCharacter(const std::string& text) {
  return std::any_of(text.begin(), text.end(),
                     [](unsigned char c) { return absl::ascii_iscntrl(c); });
}

Verdict TextProblem(const Node& node, size_t longest) {
  if (!node.is_scalar()) return Found(node);
  if (node.text.empty()) return Bound("found an empty text");
  if (node.text.size() > longest) {
    return Bound(absl::StrCat("found a text of ", node.text.size(), " bytes; at most ", longest));
  }
  if (HasControlCharacter(node.text)) return Bound("found a control character in the text");
  return std::nullopt;
}

bool BelongsToName(char c) { return absl::ascii_isalnum(c) || c == '.' || c == '_' || c == '-'; }

Verdict ReadClassNames(const Node& node, std::vector<std::string>& target) {
  if (node.is_null()) {
    target.clear();
    return std::nullopt;
  }
  if (!node.is_mapping()) return Found(node);
  Verdict bounds = std::nullopt;
  if (node.entries.size() > kMostClasses) bounds = Bound("found more than 30000 classes");
  std::vector<std::string> names(node.entries.size());
  std::set<int64_t> seen;
  for (const Node::Entry& entry : node.entries) {
    const std::optional<int64_t> index = ReadWhole(entry.key);
    if (!index || *index < 0 || *index >= static_cast<int64_t>(names.size()) ||
        !seen.insert(*index).second) {
      return Problem{.text = absl::StrCat("the classes must be numbered 0 to ", names.size() - 1),
                     .part = entry.key,
                     .position = entry.position};
    }
    const Verdict verdict = TextProblem(entry.value, 256);
    if (!verdict.readable()) return verdict.In(entry.key, entry.value.position);
    if (verdict && !bounds) bounds = verdict.In(entry.key, entry.value.position);
    names[*index] = entry.value.text;
  }
  target = std::move(names);
  return bounds;
}

Verdict ReadEnvironment(const Node& node, std::map<std::string, std::string>& target) {
  if (!node.is_mapping()) return Found(node);
  Verdict wrong = std::nullopt;
  if (node.entries.size() > kMostVariables) wrong.Add(Bound("found more than 100 variables"));
  std::map<std::string, std::string> variables;
  for (const Node::Entry& entry : node.entries) {
    // What is not passed on is never taken, whoever accepted it once.
    if (!IsPassedToTrainers(entry.key)) {
      Problem problem = Bound("is not passed on");
      problem.part = entry.key;
      problem.position = entry.position;
      wrong.Add(std::move(problem));
      continue;
    }
    if (Verdict verdict = TextProblem(entry.value, 4096)) {
      wrong.Add(verdict.In(entry.key, entry.value.position).problems()[0]);
    }
    variables[entry.key] = entry.value.text;
  }
  if (wrong.readable()) target = std::move(variables);
  return wrong;
}

}  // namespace

Form<std::string> TextForm(std::string allowed, size_t longest) {
  Form<std::string> form;
  form.allowed = std::move(allowed);
  form.schema = {{"type", "string"}, {"minLength", 1}, {"maxLength", longest}};
  form.read = [longest](const Node& node, std::string& target) -> Verdict {
    Verdict verdict = TextProblem(node, longest);
    if (verdict.readable()) target = node.text;
    return verdict;
  };
  form.write = [](const std::string& value) { return Text(value); };
  return form;
}

Form<std::string> OptionalTextForm(std::string allowed, size_t longest) {
  const Form<std::string> text = TextForm(allowed, longest);
  Form<std::string> form = text;
  form.schema = {{"anyOf", {text.schema, {{"type", "null"}}}}};
  form.read = [text](const Node& node, std::string& target) -> Verdict {
    const bool none = node.is_null() || (node.is_scalar() && node.text.empty());
    if (!none) return text.read(node, target);
    target.clear();
    return std::nullopt;
  };
  form.write = [](const std::string& value) { return value.empty() ? Null() : Text(value); };
  return form;
}

Form<std::string> Checked(Form<std::string> form,
                          std::function<std::optional<std::string>(const std::string&)> check) {
  form.read = [form, check](const Node& node, std::string& target) -> Verdict {
    Verdict verdict = form.read(node, target);
    if (verdict || target.empty()) return verdict;
    if (std::optional<std::string> problem = check(target)) return Bound(*problem);
    return std::nullopt;
  };
  return form;
}

Form<std::string> JobNameForm() {
  Form<std::string> form = TextForm(
      "letters, digits, '.', '_' and '-', starting with a letter or digit, at most 64, and not an "
      "id like j7",
      kLongestName);
  form.schema["pattern"] = "^[A-Za-z0-9][A-Za-z0-9._-]*$";
  form.read = [](const Node& node, std::string& target) -> Verdict {
    if (!node.is_scalar()) return Found(node);
    target = node.text;
    if (!IsJobName(node.text)) return Bound(Found(node).text);
    return std::nullopt;
  };
  return form;
}

Form<std::string> OptionalUrlForm() {
  return Checked(
      OptionalTextForm("an address like https://hooks.example.com/nepa, or null", kMostUrlBytes),
      [](const std::string& url) -> std::optional<std::string> {
        const absl::StatusOr<HttpUrl> parsed = ParseHttpUrl(url);
        if (parsed.ok()) return std::nullopt;
        return absl::StrCat("found an address that ", parsed.status().message());
      });
}

Form<std::vector<std::string>> ClassNamesForm() {
  Form<std::vector<std::string>> form;
  form.allowed = "a mapping of class numbers from 0 to names, like {0: shirt, 1: shoe}, or null";
  form.schema = {
      {"anyOf",
       {{{"type", "object"}, {"additionalProperties", {{"type", "string"}}}}, {{"type", "null"}}}}};
  form.read = ReadClassNames;
  form.write = [](const std::vector<std::string>& names) {
    if (names.empty()) return Null();
    Node node = Mapping();
    for (size_t i = 0; i < names.size(); ++i) node.At(absl::StrCat(i)) = Text(names[i]);
    return node;
  };
  return form;
}

Form<std::map<std::string, std::string>> EnvironmentForm() {
  Form<std::map<std::string, std::string>> form;
  form.allowed = "a mapping of variables named NCCL_*, TORCH_NCCL_*, GLOO_* or OMP_* to texts";
  form.schema = {{"type", "object"},
                 {"propertyNames", {{"pattern", "^(NCCL|TORCH_NCCL|GLOO|OMP)_[A-Z0-9_]*$"}}},
                 {"additionalProperties", {{"type", {"string", "number", "boolean"}}}}};
  form.read = ReadEnvironment;
  form.write = [](const std::map<std::string, std::string>& variables) {
    Node node = Mapping();
    for (const auto& [name, value] : variables) node.At(name) = Text(value);
    return node;
  };
  return form;
}

Form<std::optional<Interval>> IntervalForm() {
  Form<Interval> form;
  form.allowed = "a time like 30m or 1h30m, epochs like `10 epochs`, steps like `500 steps`";
  form.schema = {{"type", "string"}, {"pattern", "^[0-9]"}};
  form.read = [](const Node& node, Interval& target) -> Verdict {
    const std::optional<Interval> value =
        node.is_scalar() ? ReadInterval(node.text) : std::optional<Interval>();
    if (!value) return Found(node);
    target = *value;
    return std::nullopt;
  };
  form.write = [](const Interval& value) { return Plain(FormatInterval(value)); };
  return OrNull(form, "at the end only");
}

Form<Warmup> WarmupForm() {
  Form<Warmup> form;
  form.allowed = "a share of the steps like 2.5%, or steps like `500 steps`";
  form.schema = {{"anyOf",
                  {{{"type", "string"}, {"pattern", "^[0-9.]+ *(%|steps?)$"}},
                   {{"type", "number"}, {"minimum", 0}}}}};
  form.read = [](const Node& node, Warmup& target) -> Verdict {
    const std::optional<Warmup> value =
        node.is_scalar() ? ReadWarmup(node.text) : std::optional<Warmup>();
    if (!value) return Found(node);
    target = *value;
    return std::nullopt;
  };
  form.write = [](const Warmup& value) { return Plain(FormatWarmup(value)); };
  return form;
}

Form<int64_t> PriorityForm() {
  const Form<int64_t> number = WholeForm(0, 1000);
  Form<int64_t> form = number;
  form.allowed = "low (250), normal (500), high (750), or a whole number, 0 to 1000";
  form.schema = {{"anyOf", {{{"enum", {"low", "normal", "high"}}}, number.schema}}};
  form.read = [number](const Node& node, int64_t& target) -> Verdict {
    if (!node.is_scalar()) return Found(node);
    if (const std::optional<int64_t> priority = ReadPriority(node.text)) {
      target = *priority;
      return std::nullopt;
    }
    return number.read(node, target);
  };
  return form;
}

bool IsJobName(const std::string& name) {
  return !name.empty() && name.size() <= kLongestName && absl::ascii_isalnum(name[0]) &&
         std::all_of(name.begin(), name.end(), BelongsToName) && !LooksLikeJobId(name);
}

std::string MadeLegal(const std::string& text) {
  constexpr char kPrefix[] = "job-";
  std::string name;
  for (char c : text) {
    if (name.size() == kLongestName - sizeof(kPrefix)) break;
    if (BelongsToName(c)) {
      if (!name.empty() || absl::ascii_isalnum(c)) name += c;
    } else if (!name.empty() && name.back() != '-') {
      name += '-';
    }
  }
  while (!name.empty() && !absl::ascii_isalnum(name.back())) name.pop_back();
  if (name.empty()) return "job";
  return IsJobName(name) ? name : absl::StrCat(kPrefix, name);
}

}  // namespace nepa::config
