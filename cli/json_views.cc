#include "cli/json_views.h"

#include <string>

#include "cli/failure.h"

namespace nepa::cli {
namespace {

Json OrNull(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

}  // namespace

Json ErrorJson(const absl::Status& status) {
  Json details = Json::array();
  for (const v1::JobFileFault& fault : FaultsOf(status)) {
    details.push_back({{"file", OrNull(fault.file())},
                       {"line", fault.line() == 0 ? Json(nullptr) : Json(fault.line())},
                       {"column", fault.column() == 0 ? Json(nullptr) : Json(fault.column())},
                       {"field", OrNull(fault.field())},
                       {"message", fault.message()}});
  }
  return {{"error",
           {{"code", absl::StatusCodeToString(status.code())},
            {"message", std::string(status.message())},
            {"details", details}}}};
}

}  // namespace nepa::cli
