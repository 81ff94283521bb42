#include "worker/train/loop/ledger_digests.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/zeros.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "common/base/status.h"

namespace nepa::loop {

absl::Status GatherLedger(collective::Collective& collective, const Session& session,
                          StepResult& result) {
  if (collective.world_size() == 1) return absl::OkStatus();
  const at::Tensor digests = at::zeros({result.images}, at::kLong);
  int64_t* const bits = digests.mutable_data_ptr<int64_t>();
  for (const LedgerEntry& entry : result.ledger) {
    uint64_t value = 0;
    if (!absl::SimpleHexAtoi(entry.digest, &value)) {
      return absl::InternalError("a sample's digest is no hexadecimal number");
    }
    bits[entry.position] = static_cast<int64_t>(value);
  }
  NEPA_RETURN_IF_ERROR(collective.AllReduceSum(digests));

  const data::Sampler sampler = session.sampler();
  const data::Cursor cursor = sampler.CursorAt(session.step - 1);
  const data::Sampler::Epoch epoch = sampler.AtEpoch(cursor.epoch);
  result.ledger.clear();
  for (int64_t position = 0; position < result.images; ++position) {
    result.ledger.push_back({position, epoch.Sample(cursor.batch, position),
                             absl::StrFormat("%016x", static_cast<uint64_t>(bits[position]))});
  }
  return absl::OkStatus();
}

}  // namespace nepa::loop
