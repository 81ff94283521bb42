// Rows of the job itself and of training: schedule, batch, optimizer, evaluation, checkpoints.
#include "common/config/job_fields.h"

namespace nepa::config {
namespace {

constexpr int64_t kMostRanks = 65536;
constexpr int64_t kMostEpochs = 1'000'000;
constexpr int64_t kMostSteps = 1'000'000'000;
constexpr int64_t kMostBatch = 1 << 24;

std::string OnlyFinetune(const JobSpec& spec) {
  return spec.kind == Kind::kFinetune ? "" : "only with kind: finetune";
}

void AddJob(std::vector<Field>& fields) {
  fields.push_back(MakeField("name", JobNameForm(), NEPA_MEMBER(name),
                             "What people call the job. The default is the file's name without its "
                             "ending."));
  fields.push_back(
      MakeField("kind",
                WordForm<Kind>({{"pretrain", Kind::kPretrain}, {"finetune", Kind::kFinetune}},
                               {"evaluate", "segment", "probe"}),
                NEPA_MEMBER(kind),
                "pretrain: learn to predict the next patch's embedding, without labels. "
                "finetune: learn to classify."));
  fields.push_back(
      MakeField("recipe", WordForm<Recipe>({{"base", Recipe::kBase}, {"large", Recipe::kLarge}}),
                NEPA_MEMBER(recipe),
                "Which of the paper's two recipes gives the defaults. The default is "
                "large where the file names a preset or hidden_size of 1024 or more, "
                "else base. With model.from the size is known only where training starts: there "
                "a model of that size is refused unless the file says its recipe."));
  fields.push_back(MakeField("priority", PriorityForm(), NEPA_MEMBER(priority),
                             "Jobs of higher priority start first."));
  fields.push_back(
      MakeField("queue", JobNameForm(), NEPA_MEMBER(queue), "The queue that the job waits in."));
  fields.push_back(MakeField(
      "precision", WordForm<Precision>({{"fp32", Precision::kFp32}, {"bf16", Precision::kBf16}}),
      NEPA_MEMBER(precision), "Of the matrix products; the weights stay float32."));
  fields.push_back(
      MakeField("seed", SeedForm(), NEPA_MEMBER(seed),
                "Of the first weights, the order of the images and all augmentation."));
  fields.push_back(
      MakeField("ledger", FlagForm(), NEPA_MEMBER(ledger),
                "Rank 0 writes a line for each image of each step to ledger.tsv in the "
                "job's folder."));
  fields.push_back(MakeField("env", EnvironmentForm(), NEPA_MEMBER(env),
                             "Variables for the trainer's environment."));
}

void AddResources(std::vector<Field>& fields) {
  Field ranks;
  ranks.name = "resources.ranks";
  ranks.doc =
      "Processes that train together, each on one slot (a GPU, or a share of the "
      "processors).";
  const Form<int64_t> number = WholeForm(1, kMostRanks);
  ranks.allowed = number.allowed + ", or {min: 4, max: 16}";
  ranks.schema = {{"anyOf",
                   {number.schema,
                    {{"type", "object"},
                     {"properties", {{"min", number.schema}, {"max", number.schema}}},
                     {"required", {"min", "max"}},
                     {"additionalProperties", false}}}}};
  ranks.read = [number](const Node& node, JobSpec& spec) -> Verdict {
    int64_t min = 0, max = 0;
    Verdict verdict = std::nullopt;
    if (node.is_mapping()) {
      const Node* min_node = node.Find("min");
      const Node* max_node = node.Find("max");
      if (node.entries.size() != 2 || min_node == nullptr || max_node == nullptr) {
        return Problem{"found a mapping without both min and max, or with more"};
      }
      const Verdict of_min = number.read(*min_node, min).In("min", min_node->position);
      const Verdict of_max = number.read(*max_node, max).In("max", max_node->position);
      verdict = of_min.readable() && of_max ? of_max : of_min;
      if (!of_min && !of_max && min > max) {
        verdict = Bound(absl::StrCat("min ", min, " is above max ", max));
      }
    } else {
      verdict = number.read(node, min);
      max = min;
    }
    if (!verdict.readable()) return verdict;
    spec.resources.min_ranks = min;
    spec.resources.max_ranks = max;
    return verdict;
  };
  ranks.write = [](const JobSpec& spec) {
    if (spec.resources.min_ranks == spec.resources.max_ranks)
      return Whole(spec.resources.min_ranks);
    Node node = Mapping();
    node.At("min") = Whole(spec.resources.min_ranks);
    node.At("max") = Whole(spec.resources.max_ranks);
    return node;
  };
  ranks.synonyms = {"gpus", "world_size", "nodes", "slots"};
  fields.push_back(ranks);
  fields.push_back(MakeField(
      "resources.device",
      WordForm<Device>({{"auto", Device::kAuto}, {"cpu", Device::kCpu}, {"cuda", Device::kCuda}}),
      NEPA_MEMBER(resources.device), "auto: whatever the worker offers."));
  fields.push_back(MakeField("resources.threads_per_rank", WholeForm(0, 4096),
                             NEPA_MEMBER(resources.threads_per_rank),
                             "Threads of a rank on the processor; 0: those of its slot."));
  fields.back().synonyms = {"threads", "cpus"};
}

void AddSchedule(std::vector<Field>& fields) {
  fields.push_back(
      MakeField("schedule.epochs", WholeForm(1, kMostEpochs), NEPA_MEMBER(schedule.epochs),
                "Passes over the training images; the incomplete last batch of each is "
                "dropped (see batch.last)."));
  SetIdle(fields.back(), "schedule.steps", [](const JobSpec& spec) {
    return spec.schedule.steps > 0 ? "schedule.steps is given too; name one of the two" : "";
  });
  fields.back().synonyms = {"num_epochs", "max_epochs"};
  fields.push_back(MakeField("schedule.steps", WholeForm(1, kMostSteps),
                             NEPA_MEMBER(schedule.steps), "Optimizer steps, instead of epochs."));
  SetIdle(fields.back(), "schedule.steps", [](const JobSpec& spec) {
    return spec.schedule.steps > 0 ? "" : "schedule.epochs says how long";
  });
  fields.back().synonyms = {"max_steps", "iterations"};
  fields.push_back(MakeField("schedule.warmup", WarmupForm(), NEPA_MEMBER(schedule.warmup),
                             "How long the learning rate rises from 0; a share is rounded up to "
                             "steps. Then it falls to 0 as a cosine."));
  fields.back().synonyms = {"warmup_steps", "warmup_epochs", "warmup_ratio"};
  fields.push_back(MakeField("batch.global", WholeForm(1, kMostBatch), NEPA_MEMBER(batch.global),
                             "Images of a step, over all ranks."));
  fields.back().synonyms = {"size", "batch_size"};
  fields.push_back(
      MakeField("batch.micro", WholeForm(0, kMostBatch), NEPA_MEMBER(batch.micro),
                "Images of one forward pass of a rank; gradients add up over the rest. "
                "0: worked out."));
  fields.push_back(MakeField(
      "batch.last", WordForm<LastBatch>({{"drop", LastBatch::kDrop}, {"keep", LastBatch::kKeep}}),
      NEPA_MEMBER(batch.last),
      "What happens to an epoch's incomplete last batch; keep trains it as it "
      "is."));
}

void AddOptimizer(std::vector<Field>& fields) {
  fields.push_back(MakeField("optimizer.lr", RealForm({.min = 0, .max = 100, .open_min = true}),
                             NEPA_MEMBER(optimizer.lr),
                             "Peak learning rate for 256 images: the peak is lr × batch.global / "
                             "256."));
  fields.back().synonyms = {"learning_rate", "rate"};
  fields.push_back(MakeField("optimizer.head_lr", RealForm({.min = 0, .max = 100}),
                             NEPA_MEMBER(optimizer.head_lr),
                             "Peak learning rate of the classifier and the final layernorm, not "
                             "scaled by the batch."));
  SetIdle(fields.back(), "kind", OnlyFinetune);
  fields.push_back(
      MakeField("optimizer.layer_decay", RealForm({.min = 0, .max = 1, .open_min = true}),
                NEPA_MEMBER(optimizer.layer_decay),
                "Each block's learning rate is that of the next one times this; 1: all "
                "alike."));
  SetIdle(fields.back(), "kind", OnlyFinetune);
  fields.back().synonyms = {"llrd", "layer_lr_decay"};
  fields.push_back(MakeField("optimizer.weight_decay", RealForm({.min = 0, .max = 100}),
                             NEPA_MEMBER(optimizer.weight_decay),
                             "Not on biases, norms and LayerScale."));
  fields.push_back(MakePairField(
      "optimizer.betas", PairForm({.min = 0, .max = 1, .open_max = true}, false, "[0.9, 0.95]"),
      NEPA_MEMBER(optimizer.beta1), NEPA_MEMBER(optimizer.beta2), "Decay of the two moments."));
  fields.back().synonyms = {"beta1", "beta2"};
  fields.push_back(MakeField("optimizer.eps", RealForm({.min = 0, .max = 1, .open_min = true}),
                             NEPA_MEMBER(optimizer.eps), "Added to the divisor."));
  fields.push_back(MakeField(
      "optimizer.clip_norm", RealForm({.min = 0, .max = 1e9}), NEPA_MEMBER(optimizer.clip_norm),
      "Gradients longer than this (global L2 norm) are shortened; 0: never."));
  fields.back().synonyms = {"grad_clip", "max_grad_norm", "clip"};
  fields.push_back(
      MakeField("ema.decay", OrNull(RealForm({.min = 0, .max = 1, .open_max = true}), "no average"),
                NEPA_MEMBER(ema.decay), "How much of the average stays at each step."));
}

void AddEvaluation(std::vector<Field>& fields) {
  fields.push_back(
      MakeField("evaluation.every", IntervalForm(), NEPA_MEMBER(evaluation.every), "How often."));
  fields.push_back(MakeField("evaluation.at_start", FlagForm(), NEPA_MEMBER(evaluation.at_start),
                             "Evaluate before the first step too."));
  fields.push_back(
      MakeField("evaluation.resize",
                WordForm<EvaluationResize>({{"shorter_side", EvaluationResize::kShorterSide},
                                            {"warp", EvaluationResize::kWarp}}),
                NEPA_MEMBER(evaluation.resize),
                "shorter_side: to image_size × 256 / 224, then the centre. warp: both "
                "sides to image_size / 0.95, then the centre."));
  fields.push_back(MakeField("evaluation.batch", WholeForm(1, 65536), NEPA_MEMBER(evaluation.batch),
                             "Images of one forward pass of a rank."));
  fields.push_back(MakeField("evaluation.knn.k", WholeForm(1, 10'000),
                             NEPA_MEMBER(evaluation.knn->k), "Neighbours that vote."));
  fields.push_back(MakeField("evaluation.knn.temperature",
                             RealForm({.min = 0, .max = 100, .open_min = true}),
                             NEPA_MEMBER(evaluation.knn->temperature),
                             "Of the votes' weights: exp(cosine / temperature)."));
  fields.push_back(MakeField("evaluation.knn.gallery", WholeForm(0, 100'000'000),
                             NEPA_MEMBER(evaluation.knn->gallery),
                             "Labelled training images that are compared against; 0: all."));
  fields.push_back(MakeField("evaluation.knn.queries", WholeForm(0, 100'000'000),
                             NEPA_MEMBER(evaluation.knn->queries),
                             "Evaluation images that are asked about; 0: all."));
}

void AddSafety(std::vector<Field>& fields) {
  fields.push_back(
      MakeField("checkpoint.every", IntervalForm(), NEPA_MEMBER(checkpoint.every), "How often."));
  fields.push_back(MakeField("checkpoint.keep.last", WholeForm(1, 1'000'000),
                             NEPA_MEMBER(checkpoint.keep.last), "So many of the latest."));
  fields.push_back(MakeField("checkpoint.keep.best", WholeForm(0, 1'000'000),
                             NEPA_MEMBER(checkpoint.keep.best),
                             "So many of the best: by the EMA's top-1 accuracy, for pretraining by "
                             "k-NN accuracy, else by the loss."));
  fields.push_back(MakeField("checkpoint.keep.every_epochs", WholeForm(0, kMostEpochs),
                             NEPA_MEMBER(checkpoint.keep.every_epochs),
                             "The first of every so many epochs; 0: none for that."));
  fields.push_back(MakeField("restart.max", WholeForm(0, 1'000'000), NEPA_MEMBER(restart.max),
                             "Faults of the machine in a row, without a checkpoint written between "
                             "them, after which the job is still started again; one more fails it. "
                             "0: none is retried. A fault of the job itself never is."));
  fields.push_back(MakeField("monitor.collapse_std", RealForm({.min = 0, .max = 1}),
                             NEPA_MEMBER(monitor.collapse_std),
                             "Embeddings whose standard deviation stays below this have collapsed; "
                             "0: don't look."));
  fields.push_back(MakeField("monitor.collapse_steps", WholeForm(1, kMostSteps),
                             NEPA_MEMBER(monitor.collapse_steps), "For so many steps in a row."));
  fields.push_back(
      MakeField("notify.url", OptionalUrlForm(), NEPA_MEMBER(notify.url),
                "Gets one POST with the job as JSON at its end (docs/notify.md). Null: "
                "nobody, or whoever the coordinator tells of all jobs."));
  fields.back().synonyms = {"webhook", "hook"};
}

}  // namespace

void AddTrainingFields(std::vector<Field>& fields) {
  AddJob(fields);
  AddResources(fields);
  AddSchedule(fields);
  AddOptimizer(fields);
  AddEvaluation(fields);
  AddSafety(fields);
}

}  // namespace nepa::config
