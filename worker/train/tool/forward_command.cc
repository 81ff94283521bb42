#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "common/base/status.h"
#include "common/frames/json_fields.h"
#include "worker/train/model/model_folder.h"
#include "worker/train/tool/command.h"
#include "worker/train/tool/forward_pass.h"

namespace nepa::tool {
namespace {

struct Flags {
  std::string model, input, output;
  std::string precision = "fp32", engine = "composed";
  std::vector<double> betas = {0.9, 0.95};
  bool ema = false;
  ForwardRequest request;
};

absl::Status Forward(const Flags& flags, const Globals& globals) {
  ForwardRequest request = flags.request;
  request.beta1 = flags.betas[0];
  request.beta2 = flags.betas[1];
  request.precision =
      flags.precision == "bf16" ? config::Precision::kBf16 : config::Precision::kFp32;
  request.engine = flags.engine == "fastest" ? model::Engine::kFastest : model::Engine::kComposed;
  NEPA_ASSIGN_OR_RETURN(model::VitNepa model, model::LoadModel(flags.model, flags.ema));
  NEPA_ASSIGN_OR_RETURN(const model::TensorMap input, model::ReadSafetensors(flags.input));
  const absl::StatusOr<model::TensorMap> output = RunForward(input, request, model);
  if (!output.ok()) return Annotate(output.status(), "reading " + flags.input);
  NEPA_RETURN_IF_ERROR(model::WriteSafetensors(flags.output, *output));
  const auto loss = output->find("loss");
  nlohmann::json summary = {{"output", flags.output}, {"loss", nullptr}};
  if (loss != output->end()) summary["loss"] = loss->second.item<double>();
  if (globals.json) {
    std::cout << frames::Dump(summary) << "\n";
  } else {
    std::cout << "loss " << summary["loss"].dump() << ", tensors in " << flags.output << "\n";
  }
  return absl::OkStatus();
}

}  // namespace

void AddForward(CLI::App& app, const Globals& globals, Action& action) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command = app.add_subcommand(
      "forward", "Runs one batch: loss, embeddings, gradients, optimizer steps.");
  command->add_option("--model", flags->model, "model folder")->required();
  command->add_option("--input", flags->input, "safetensors file with pixel_values (and labels)")
      ->required();
  command->add_option("--output", flags->output, "safetensors file to write")->required();
  command->add_flag("--ema", flags->ema, "use the EMA weights");
  command->add_flag("--gradients", flags->request.gradients, "also write grad.<name>");
  command
      ->add_option("--train-steps", flags->request.train_steps,
                   "also take so many AdamW steps on the batch: losses, step.<name>")
      ->check(CLI::Range(0, 1000000));
  command->add_option("--precision", flags->precision, "of the matrix products")
      ->check(CLI::IsMember({"fp32", "bf16"}))
      ->capture_default_str();
  command
      ->add_option("--engine", flags->engine,
                   "composed: LibTorch's operators, the oracle; fastest: as training computes")
      ->check(CLI::IsMember({"fastest", "composed"}))
      ->capture_default_str();
  command->add_option("--lr", flags->request.lr, "learning rate")->capture_default_str();
  command->add_option("--betas", flags->betas, "moment decays of AdamW, e.g. 0.9,0.95")
      ->delimiter(',')
      ->expected(2)
      ->capture_default_str();
  command->add_option("--eps", flags->request.eps, "of AdamW")->capture_default_str();
  command
      ->add_option("--weight-decay", flags->request.weight_decay,
                   "of tensors with more than one dimension")
      ->capture_default_str();
  command->add_option("--clip-norm", flags->request.clip_norm, "global L2 norm; 0: no clipping")
      ->capture_default_str();
  command->callback([flags, &globals, &action] {
    action = [flags, &globals] { return Forward(*flags, globals); };
  });
}

}  // namespace nepa::tool
