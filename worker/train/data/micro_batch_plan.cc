#include "worker/train/data/micro_batch_plan.h"

#include <algorithm>
#include <map>

namespace nepa::data {
namespace {

// The groups' draws, each made once.
class GroupMixes {
 public:
  GroupMixes(const LoaderOptions& options, const Cursor& cursor)
      : options_(options), cursor_(cursor) {}

  const Mix& At(int64_t position) {
    const int64_t group = position / kMixingGroup;
    const auto found = mixes_.find(group);
    if (found != mixes_.end()) return found->second;
    const int64_t index = cursor_.batch * options_.global_batch + group * kMixingGroup;
    RandomStream random(options_.seed, Purpose::kMixing, static_cast<uint64_t>(cursor_.epoch),
                        static_cast<uint64_t>(index));
    return mixes_.emplace(group, DrawMix(options_.mixing, options_.transform.image_size, random))
        .first->second;
  }

 private:
  const LoaderOptions& options_;
  const Cursor& cursor_;
  std::map<int64_t, Mix> mixes_;
};

Batch Frame(const LoaderOptions& options, const Sampler& sampler, const MicroCursor& at,
            Slice& micro_slice) {
  Batch batch;
  batch.epoch = at.cursor.epoch;
  batch.batch = at.cursor.batch;
  batch.global_size = sampler.BatchSize(at.cursor.batch);
  const Slice slice = RankSlice(batch.global_size, options.rank, options.world_size);
  const int64_t micro_size = options.micro_batch > 0 ? options.micro_batch : slice.size();
  batch.rank_size = slice.size();
  batch.micro = at.micro;
  batch.micro_count =
      micro_size == 0 ? 1 : std::max<int64_t>(1, (slice.size() + micro_size - 1) / micro_size);
  batch.first_position = slice.begin + at.micro * micro_size;
  batch.channels = options.transform.channels;
  batch.image_size = options.transform.image_size;
  micro_slice = {batch.first_position, std::min(batch.first_position + micro_size, slice.end)};
  return batch;
}

// Pairs the samples of `slice`: each pair inside it is one unit, a pair across its border is one
// on either side of it.
void PlanMixedUnits(const LoaderOptions& options, const Dataset& dataset,
                    const Sampler::Epoch& order, const MicroCursor& at, const Slice& slice,
                    MicroBatchPlan& plan) {
  GroupMixes mixes(options, at.cursor);
  for (int64_t position = slice.begin; position < slice.end; ++position) {
    const int64_t partner = MixingPartner(position, plan.batch.global_size);
    const int64_t sample = order.Sample(at.cursor.batch, partner);
    WorkUnit unit;
    unit.place = position - slice.begin;
    unit.mix = mixes.At(position);
    plan.batch.partner_labels.push_back(dataset.label(sample));
    plan.batch.own_weights.push_back(unit.mix.own_weight);
    const bool inside = partner >= slice.begin && partner < slice.end;
    if (inside && partner < position) continue;  // done with its partner
    if (!inside) {
      unit.partner_sample = sample;
    } else if (partner != position) {
      unit.partner_place = partner - slice.begin;
    }
    plan.units.push_back(unit);
  }
}

}  // namespace

MicroBatchPlan PlanMicroBatch(const LoaderOptions& options, const Dataset& dataset,
                              const Sampler& sampler, const MicroCursor& at) {
  MicroBatchPlan plan;
  Slice slice;
  plan.batch = Frame(options, sampler, at, slice);
  const Sampler::Epoch order = sampler.AtEpoch(at.cursor.epoch);
  for (int64_t position = slice.begin; position < slice.end; ++position) {
    const int64_t sample = order.Sample(at.cursor.batch, position);
    plan.batch.samples.push_back(sample);
    plan.batch.labels.push_back(dataset.label(sample));
  }
  if (options.mixing.on()) {
    PlanMixedUnits(options, dataset, order, at, slice, plan);
    return plan;
  }
  for (int64_t place = 0; place < slice.size(); ++place) {
    WorkUnit unit;
    unit.place = place;
    plan.units.push_back(unit);
  }
  return plan;
}

MicroCursor NextMicroBatch(const Sampler& sampler, const MicroCursor& at, int64_t micro_count) {
  if (at.micro + 1 < micro_count) return {at.cursor, at.micro + 1};
  if (at.cursor.batch + 1 < sampler.batches_per_epoch()) {
    return {{at.cursor.epoch, at.cursor.batch + 1}, 0};
  }
  return {{at.cursor.epoch + 1, 0}, 0};
}

}  // namespace nepa::data
