#include "common/config/fault.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace nepa::config {
namespace {

// A file's text may hold a line break, to look like another fault, or an order to the terminal.
std::string OneLine(const std::string& text) {
  std::string line;
  for (const char c : text) {
    if (c == '\n') {
      line += "\\n";
    } else if (c == '\r') {
      line += "\\r";
    } else if (absl::ascii_iscntrl(static_cast<unsigned char>(c))) {
      absl::StrAppendFormat(&line, "\\x%02x", static_cast<unsigned char>(c));
    } else {
      line += c;
    }
  }
  return line;
}

}  // namespace

std::string FormatFault(const Fault& fault) {
  std::string text = fault.file;
  if (fault.position.line > 0) {
    absl::StrAppend(&text, ":", fault.position.line, ":", fault.position.column);
  }
  absl::StrAppend(&text, fault.file == kOverrideFile ? " " : ": ");
  if (!fault.field.empty()) absl::StrAppend(&text, fault.field, ": ");
  absl::StrAppend(&text, fault.message);
  return OneLine(text);
}

Fault FaultAt(const JobFile& job, const std::string& field, const std::string& message) {
  Fault fault{job.file, {}, field, message};
  for (std::string name = field; !name.empty();) {
    const auto found = job.positions.find(name);
    if (found != job.positions.end() && found->second.line > 0) {
      fault.position = found->second;
      break;
    }
    const size_t dot = name.rfind('.');
    name = dot == std::string::npos ? "" : name.substr(0, dot);
  }
  return fault;
}

}  // namespace nepa::config
