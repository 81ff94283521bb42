// What a command works with: the options in force, the coordinator, and where to print.
//
// Thread rule: the main thread, except for the client, which is safe from any.
#ifndef NEPA_CLI_CONTEXT_H_
#define NEPA_CLI_CONTEXT_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "cli/client.h"
#include "cli/environment.h"
#include "cli/json_views.h"
#include "cli/options.h"
#include "cli/progress_printer.h"
#include "cli/table.h"

namespace nepa::cli {

class Context {
 public:
  // `env` must outlive the context.
  Context(const Environment& env, GlobalOptions options)
      : env_(env), options_(std::move(options)) {}

  const Environment& env() const { return env_; }
  const GlobalOptions& options() const { return options_; }
  bool json() const { return options_.json; }
  bool color() const { return options_.color; }
  absl::Time now() const { return env_.now(); }

  // Made at the first use: commands that need no coordinator don't look for one.
  Client& client();

  // The result, to standard output.
  void Print(absl::string_view text) { env_.out << text << std::flush; }
  void Print(const Table& table) { Print(table.Render(color())); }
  void Print(const FieldList& fields) { Print(fields.Render(color())); }
  void PrintJson(const Json& json) { Print(DumpJson(json)); }

  // Where a progress line goes: beside the result where a program reads that.
  ProgressPrinter::Target ProgressTarget() const;

  // A remark to the person, to standard error; nothing where a program reads. A line break is
  // added.
  void Note(absl::string_view text);

 private:
  const Environment& env_;
  const GlobalOptions options_;
  std::unique_ptr<Client> client_;
};

}  // namespace nepa::cli

#endif  // NEPA_CLI_CONTEXT_H_
