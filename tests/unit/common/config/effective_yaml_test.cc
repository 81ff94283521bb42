#include "common/config/effective_yaml.h"

#include <gtest/gtest.h>

#include "common/config/job_defaults.h"
#include "common/config/job_file.h"

namespace nepa::config {
namespace {

JobSpec Read(const std::string& text) {
  const JobFileResult result = ReadJobFile({text, "job.yaml", "/jobs", {}});
  for (const Fault& fault : result.faults) ADD_FAILURE() << FormatFault(fault);
  return result.job ? result.job->spec : JobSpec();
}

TEST(EffectiveYaml, ReadsBackAsTheSameJob) {
  for (const char* text : {
           "data: {train: {path: x}}",
           "kind: finetune\nmodel: {from: job/a@best, ema: true}\ndata: {train: {path: x}, eval: "
           "{path: y}}",
           "model: {hidden_size: 32, num_attention_heads: 2, layerscale_value: null}\ndata: "
           "{train: "
           "{format: synthetic}}\nbatch: {global: 8}\nschedule: {steps: 9, warmup: 3}\nema: "
           "null\nresources: {ranks: {min: 1, max: 4}}",
           "data: {train: {format: idx, path: x}, eval: {format: idx, path: y}}\nevaluation: {knn: "
           "true, every: null}\ncheckpoint: {every: 1h30m}\nseed: 18446744073709551615",
           "kind: finetune\nmodel: {id2label: {0: \"yes\", 1: \"a: b\", 2: \"ü\\\"\"}}\ndata: "
           "{train: {path: \"/a b/#c\"}}\nenv: {OMP_NUM_THREADS: 1}",
       }) {
    const JobSpec spec = Read(text);
    EXPECT_EQ(Read(EffectiveYaml(spec)), spec) << EffectiveYaml(spec);
  }
}

TEST(EffectiveYaml, QuotesOnlyWhatWouldReadAsSomethingElse) {
  Node node = Mapping();
  node.At("plain") = Text("/data/image-net_1.k");
  node.At("number") = Text("12");
  node.At("word") = Text("yes");
  node.At("marked") = Text("a: b #c");
  node.At("list") = Sequence({Real(0.5), Real(1e-12), Flag(true), Null()});
  node.At("none") = Mapping();
  EXPECT_EQ(YamlText(node),
            "plain: /data/image-net_1.k\n"
            "number: \"12\"\n"
            "word: \"yes\"\n"
            "marked: \"a: b #c\"\n"
            "list: [0.5, 1.0e-12, true, null]\n"
            "none: {}\n");
}

TEST(EffectiveYaml, NumbersAreWrittenShortAndExactly) {
  EXPECT_EQ(FormatReal(3e-4), "0.0003");
  EXPECT_EQ(FormatReal(0.0015), "0.0015");
  EXPECT_EQ(FormatReal(1e-12), "1.0e-12");
  EXPECT_EQ(FormatReal(0), "0");
  EXPECT_EQ(FormatReal(-2.5), "-2.5");
  EXPECT_EQ(FormatReal(1e9), "1000000000");
  EXPECT_EQ(FormatReal(1e20), "1.0e+20");
  EXPECT_EQ(FormatReal(1.5e300), "1.5e+300");
  EXPECT_EQ(FormatReal(4.0 / 3), "1.3333333333333333");
}

}  // namespace
}  // namespace nepa::config
