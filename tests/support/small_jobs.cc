#include "tests/support/small_jobs.h"

#include "absl/strings/str_cat.h"

namespace nepa::testing {

std::string SmallPretrainJob(const std::string& name, int steps, int checkpoint_steps,
                             const std::string& more) {
  return absl::StrCat("name: ", name,
                      R"(
kind: pretrain
resources: {threads_per_rank: 1}
model:
  hidden_size: 32
  num_hidden_layers: 2
  num_attention_heads: 2
  intermediate_size: 64
  image_size: 28
  patch_size: 7
  num_channels: 1
  layerscale_value: 0.3
data:
  train: {format: idx, path: /usr/share/datasets/fashion-mnist, split: train, limit: 1024}
  eval: {format: idx, path: /usr/share/datasets/fashion-mnist, split: t10k, limit: 200}
batch: {global: 64}
optimizer: {lr: 4e-3}
precision: fp32
evaluation: {knn: true}
ledger: true
schedule: {steps: )",
                      steps, "}\ncheckpoint: {every: ", checkpoint_steps, " steps}\n", more, "\n");
}

std::string SmallFinetuneJob(const std::string& name, const std::string& from) {
  return absl::StrCat("name: ", name,
                      "\nkind: finetune\nresources: {threads_per_rank: 1}\nmodel: {from: ", from,
                      R"(}
data:
  train: {format: idx, path: /usr/share/datasets/fashion-mnist, split: train, limit_per_class: 10}
  eval: {format: idx, path: /usr/share/datasets/fashion-mnist, split: t10k, limit: 200}
augmentation: {crop: padded, padding: 2, rand_augment: "", erasing: 0, mixup: 0, cutmix: 0}
schedule: {steps: 40}
batch: {global: 50}
optimizer: {lr: 4e-3}
precision: fp32
)");
}

}  // namespace nepa::testing
