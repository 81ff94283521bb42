// The id by which the coordinator knows a repeated request.
#ifndef NEPA_CLI_REQUEST_ID_H_
#define NEPA_CLI_REQUEST_ID_H_

#include <string>

namespace nepa::cli {

// A new random UUID, lower case. Any thread.
std::string NewRequestId();

}  // namespace nepa::cli

#endif  // NEPA_CLI_REQUEST_ID_H_
