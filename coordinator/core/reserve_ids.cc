#include "coordinator/core/operations.h"

namespace nepa::core {

void ReserveJobIds(Draft& draft, int64_t used) {
  state::Counters counters = draft.state().counters;
  if (counters.jobs >= used) return;
  counters.jobs = used;
  draft.Record(state::PutCounters{counters});
}

}  // namespace nepa::core
