// The forms a value of a job file may have: what is read, what is written, what is told to people
// and what the JSON Schema says, of one form in one place.
#ifndef NEPA_COMMON_CONFIG_FORMS_H_
#define NEPA_COMMON_CONFIG_FORMS_H_

#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/config/job_spec.h"
#include "common/config/node.h"
#include "nlohmann/json.hpp"

namespace nepa::config {

using Schema = nlohmann::ordered_json;

// What is wrong with a value, e.g. `found "fast"`. With `final`, the text says all there is to say;
// else what is allowed follows. With `bound`, the value has the form and was taken, but lies
// outside what is allowed: versions of this program may differ about that.
struct Problem {
  std::string text;
  bool final = false;
  bool bound = false;
  // Where it is only a part of the value that is wrong: its name and its place.
  std::string part = {};
  Position position = {};
};

// All that is wrong with a value; false where it is right.
class Verdict {
 public:
  Verdict(std::nullopt_t) {}
  Verdict(Problem problem) { problems_.push_back(std::move(problem)); }

  void Add(Problem problem) { problems_.push_back(std::move(problem)); }
  explicit operator bool() const { return !problems_.empty(); }
  // Whether the value was taken: it is right, or only its bounds are broken.
  bool readable() const;
  const std::vector<Problem>& problems() const { return problems_; }

  // The same, found in `part` of a value, which stands at `position`.
  Verdict In(const std::string& part, Position position) const;

 private:
  std::vector<Problem> problems_;
};

template <typename T>
struct Form {
  std::string allowed;  // for people: "a whole number, 1 to 4096"
  Schema schema;
  // Leaves the target alone where the value is not readable.
  std::function<Verdict(const Node&, T&)> read;
  std::function<Node(const T&)> write;
};

// The usual problems.
Problem Found(const Node& node);
Problem OutOfRange(const Node& node);  // no number of the form's type can hold it
Problem Bound(std::string text);
Problem OutOfBounds(const Node& node);

struct RealRange {
  double min = 0;
  double max = 1;
  bool open_min = false;  // the bound itself is not allowed
  bool open_max = false;
};

Form<int64_t> WholeForm(int64_t min, int64_t max);
Form<uint64_t> SeedForm();
Form<double> RealForm(RealRange range);
Form<double> ShareForm(RealRange range);  // also as a percentage
Form<bool> FlagForm();
Form<std::optional<Interval>> IntervalForm();  // null: never
Form<Warmup> WarmupForm();
Form<int64_t> PriorityForm();

// Text of 1 to `longest` bytes without control characters. `allowed` is shown to people.
Form<std::string> TextForm(std::string allowed, size_t longest = 4096);
// The same, where null or nothing stands for the empty text.
Form<std::string> OptionalTextForm(std::string allowed, size_t longest = 4096);
// `form`, whose text `check` accepts (nothing) or finds fault with.
Form<std::string> Checked(Form<std::string> form,
                          std::function<std::optional<std::string>(const std::string&)> check);
Form<std::string> JobNameForm();
Form<std::string> OptionalUrlForm();              // as http_url.h takes it; null or nothing: ""
Form<std::vector<std::string>> ClassNamesForm();  // {0: shirt, 1: shoe}, null: none
Form<std::map<std::string, std::string>> EnvironmentForm();

// [first, second], both in `range`; ordered: first <= second. `example` is shown to people.
Form<std::pair<double, double>> PairForm(RealRange range, bool ordered, const std::string& example);

// One of `words`. `later` are words of the design that this version does not offer.
template <typename E>
Form<E> WordForm(std::vector<std::pair<std::string, E>> words, std::vector<std::string> later = {});

// `form`, or null.
template <typename T>
Form<std::optional<T>> OrNull(Form<T> form, const std::string& meaning_of_null);

// True where `name` can be a job's name: letters, digits, '.', '_' and '-', starting with a letter
// or digit, at most 64 bytes, and not like an id (j7).
bool IsJobName(const std::string& name);
// A legal job name out of any text: "My job!" becomes "My-job"; a legal one stays.
std::string MadeLegal(const std::string& text);

// The words of a text form for WordForm's messages; not for others.
std::string WordsAllowed(const std::vector<std::string>& words);
Verdict WordProblem(const Node& node, const std::vector<std::string>& words,
                    const std::vector<std::string>& later);

template <typename E>
Form<E> WordForm(std::vector<std::pair<std::string, E>> words, std::vector<std::string> later) {
  std::vector<std::string> names;
  for (const auto& [name, value] : words) names.push_back(name);
  Form<E> form;
  form.allowed = WordsAllowed(names);
  form.schema = {{"enum", names}};
  form.read = [words, names, later](const Node& node, E& target) -> Verdict {
    if (Verdict verdict = WordProblem(node, names, later)) return verdict;
    for (const auto& [name, value] : words) {
      if (name == node.text) target = value;
    }
    return std::nullopt;
  };
  form.write = [words](const E& value) {
    for (const auto& [name, candidate] : words) {
      if (candidate == value) return Plain(name);
    }
    return Null();
  };
  return form;
}

template <typename T>
Form<std::optional<T>> OrNull(Form<T> form, const std::string& meaning_of_null) {
  Form<std::optional<T>> optional;
  optional.allowed = absl::StrCat(form.allowed, ", or null (", meaning_of_null, ")");
  optional.schema = {{"anyOf", {form.schema, {{"type", "null"}}}}};
  optional.read = [form](const Node& node, std::optional<T>& target) -> Verdict {
    if (node.is_null()) {
      target.reset();
      return std::nullopt;
    }
    T value{};
    Verdict verdict = form.read(node, value);
    if (verdict.readable()) target = std::move(value);
    return verdict;
  };
  optional.write = [form](const std::optional<T>& value) {
    return value ? form.write(*value) : Null();
  };
  return optional;
}

}  // namespace nepa::config

#endif  // NEPA_COMMON_CONFIG_FORMS_H_
