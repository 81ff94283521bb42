#include "common/flags/mistake.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/config/nearest_name.h"

namespace nepa::flags {
namespace {

// The root, then each command that the line named, the innermost last.
std::vector<const CLI::App*> ChosenApps(const CLI::App& root) {
  std::vector<const CLI::App*> apps = {&root};
  while (!apps.back()->get_subcommands().empty()) {
    apps.push_back(apps.back()->get_subcommands().front());
  }
  return apps;
}

bool IsFlag(absl::string_view word) { return word.size() > 1 && word[0] == '-'; }

std::vector<std::string> LongNames(const std::vector<const CLI::App*>& apps) {
  std::vector<std::string> names;
  for (auto app = apps.rbegin(); app != apps.rend(); ++app) {
    for (const CLI::Option* option : (*app)->get_options()) {
      names.insert(names.end(), option->get_lnames().begin(), option->get_lnames().end());
    }
  }
  return names;
}

const CLI::Option* FindOption(const std::vector<const CLI::App*>& apps, absl::string_view name) {
  for (const CLI::App* app : apps) {
    for (const CLI::Option* option : app->get_options()) {
      if (option->get_name() == name) return option;
    }
  }
  return nullptr;
}

std::vector<std::string> CommandNames(const CLI::App& group) {
  std::vector<std::string> names;
  for (const CLI::App* inner : group.get_subcommands([](const CLI::App*) { return true; })) {
    const bool hidden = inner->get_group().empty();
    if (!hidden) names.push_back(inner->get_name());
  }
  return names;
}

// Of a command that only holds others: what stands where one of them should.
std::string MissingCommand(const CLI::App& root, const CLI::App& group) {
  const std::vector<std::string> names = CommandNames(group);
  const std::string allowed = absl::StrCat("; one of ", absl::StrJoin(names, ", "));
  for (const std::string& word : root.remaining(true)) {
    if (word.empty() || IsFlag(word)) continue;
    const std::string nearest = DidYouMean(word, names);
    return absl::StrCat("unknown command '", word, "'", nearest.empty() ? allowed : nearest);
  }
  return absl::StrCat("no command was given", allowed);
}

std::string Extras(const CLI::App& root, const std::vector<const CLI::App*>& apps) {
  const std::vector<std::string> words = root.remaining(true);
  std::vector<std::string> wrong;
  for (const std::string& word : words) {
    if (!IsFlag(word)) continue;
    const std::string flag = word.substr(0, word.find('='));
    const std::string name(absl::StripPrefix(absl::StripPrefix(flag, "-"), "-"));
    wrong.push_back(absl::StrCat(flag, ": no such flag", DidYouMean(name, LongNames(apps), "--")));
  }
  // A word after a flag that there is not was its value.
  if (!wrong.empty() || words.empty()) return absl::StrJoin(wrong, "; ");
  return absl::StrCat("'", words.front(), "' is one word too many");
}

// "--rank" of "--rank: 1 required INT missing".
std::string NameIn(const std::string& message) { return message.substr(0, message.find(':')); }

std::string WrongCount(const std::string& message) {
  const bool too_many = absl::StrContains(message, "At Most");
  return absl::StrCat(NameIn(message), too_many ? ": given more than once, and takes one value"
                                                : ": its value is missing");
}

// Of "Could not convert: --rank = x".
std::string NotConverted(const std::string& message, const std::vector<const CLI::App*>& apps) {
  absl::string_view rest = message;
  if (!absl::ConsumePrefix(&rest, "Could not convert: ")) return message;
  const std::vector<std::string> sides = absl::StrSplit(rest, absl::MaxSplits(" = ", 1));
  if (sides.size() != 2) return message;
  const CLI::Option* const option = FindOption(apps, sides[0]);
  if (option != nullptr && option->get_expected_max() == 0) {
    return absl::StrCat(sides[0], ": '", sides[1], "' is neither true nor false");
  }
  const std::string type = option == nullptr ? "" : option->get_type_name();
  return absl::StrCat(sides[0], ": '", sides[1], "' is no ",
                      type == "FLOAT"                   ? "number"
                      : type == "INT" || type == "UINT" ? "whole number that it can take"
                                                        : "value that it can take");
}

}  // namespace

std::string ChosenCommand(const CLI::App& root) {
  std::vector<std::string> names;
  for (const CLI::App* app : ChosenApps(root)) names.push_back(app->get_name());
  return absl::StrJoin(names, " ");
}

std::string DidYouMean(absl::string_view wrong, const std::vector<std::string>& names,
                       absl::string_view before) {
  const std::string nearest = config::NearestName(wrong, names);
  return nearest.empty() ? "" : absl::StrCat("; did you mean ", before, nearest, "?");
}

std::string Mistake(const CLI::App& root, const CLI::ParseError& error) {
  const std::vector<const CLI::App*> apps = ChosenApps(root);
  const std::string message(absl::StripSuffix(error.what(), "."));
  // By type: CLI11 gives some errors the program's name in place of their own.
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr &&
      !CommandNames(*apps.back()).empty()) {
    return MissingCommand(root, *apps.back());
  }
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) return Extras(root, apps);
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) return WrongCount(message);
  if (dynamic_cast<const CLI::ConversionError*>(&error) != nullptr) {
    return NotConverted(message, apps);
  }
  return message;
}

}  // namespace nepa::flags
