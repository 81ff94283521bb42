#include "cli/request_id.h"

#include <uuid/uuid.h>

namespace nepa::cli {

std::string NewRequestId() {
  uuid_t id;
  char text[UUID_STR_LEN];
  uuid_generate_random(id);
  uuid_unparse_lower(id, text);
  return text;
}

}  // namespace nepa::cli
