// Images a second out of the loader and its parts: the Fashion-MNIST recipe from memory, and
// photographs of 500 x 375 through JPEG, crop, resize and normalise, as torchvision's loader is
// measured (376 images a second and core with PIL, 559 on tensors; see the README).
//
//   build/bin/loader-benchmark --benchmark_filter=Fashion
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdio>
// jpeglib.h needs FILE and size_t from above.
#include <jpeglib.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "worker/train/data/decode.h"
#include "worker/train/data/loader.h"
#include "worker/train/data/random.h"
#include "worker/train/data/transform.h"

namespace nepa::data {
namespace {

// Grey images of 28 x 28, as IDX files hold them.
class Fashion : public Dataset {
 public:
  Fashion() : pixels_(kCount * 784) {
    RandomStream random(0, Purpose::kSynthetic, 0, 0);
    for (uint8_t& pixel : pixels_) pixel = static_cast<uint8_t>(random.Bits());
  }
  int64_t count() const override { return kCount; }
  int32_t label(int64_t) const override { return 0; }
  const std::vector<std::string>& class_names() const override { return names_; }
  absl::StatusOr<ImageView> Read(int64_t index, ChooseRegion choose, Image&) const override {
    return ImageView{pixels_.data() + index * 784, 28, 28, 1, 28}.Crop(choose({28, 28}).region);
  }
  std::string Describe(int64_t) const override { return "made-up image"; }

 private:
  static constexpr int64_t kCount = 60000;
  std::vector<uint8_t> pixels_;
  std::vector<std::string> names_ = {"one"};
};

// Smooth shapes with some noise: about as many bytes as a photograph of that size (43 kB).
Image MakePhotograph() {
  Image image;
  image.Resize(500, 375, 3);
  RandomStream random(0, Purpose::kSynthetic, 0, 1);
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width * 3; ++x) {
      const double wave = std::sin(x / 41.0) * std::cos(y / 23.0) + std::sin((x + 2 * y) / 7.0) / 3;
      image.row(y)[x] = static_cast<uint8_t>(128 + 70 * wave + random.Uniform(-14, 14));
    }
  }
  return image;
}

std::string EncodeJpeg(Image image, int quality) {
  jpeg_compress_struct info;
  jpeg_error_mgr errors;
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* buffer = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &buffer, &size);
  info.image_width = static_cast<JDIMENSION>(image.width);
  info.image_height = static_cast<JDIMENSION>(image.height);
  info.input_components = 3;
  info.in_color_space = JCS_RGB;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, quality, TRUE);
  jpeg_start_compress(&info, TRUE);
  for (int y = 0; y < image.height; ++y) {
    JSAMPROW row = image.row(y);
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  std::string bytes(reinterpret_cast<char*>(buffer), size);
  std::free(buffer);
  return bytes;
}

// One photograph in memory, many times.
class Photographs : public Dataset {
 public:
  int64_t count() const override { return 60000; }
  int32_t label(int64_t) const override { return 0; }
  const std::vector<std::string>& class_names() const override { return names_; }
  absl::StatusOr<ImageView> Read(int64_t, ChooseRegion choose, Image& storage) const override {
    return DecodeImage(bytes_, choose, storage);
  }
  std::string Describe(int64_t) const override { return "made-up photograph"; }
  size_t bytes() const { return bytes_.size(); }

 private:
  std::string bytes_ = EncodeJpeg(MakePhotograph(), 75);
  std::vector<std::string> names_ = {"one"};
};

LoaderOptions Options(int image_size, int channels) {
  config::JobSpec spec;
  spec.batch.global = 256;
  config::ModelConfig model;
  model.image_size = image_size;
  model.num_channels = channels;
  return *TrainingLoaderOptions(spec, model);
}

// Samples one after another on this thread, without the loader around.
void RunSamples(benchmark::State& state, const Dataset& dataset, const TransformOptions& options) {
  std::vector<float> pixels(static_cast<size_t>(options.channels) * options.image_size *
                            options.image_size);
  TransformScratch scratch;
  int64_t index = 0;
  for (auto _ : state) {
    RandomStream random(0, Purpose::kAugmentation, 0, static_cast<uint64_t>(index));
    const absl::Status status = TransformSample(dataset, index % dataset.count(), options, random,
                                                scratch, absl::MakeSpan(pixels));
    if (!status.ok()) state.SkipWithError(std::string(status.message()).c_str());
    ++index;
  }
  state.SetItemsProcessed(index);
}

void FashionSample(benchmark::State& state) {
  RunSamples(state, Fashion(), Options(28, 1).transform);
}
BENCHMARK(FashionSample);

void FashionSampleRandAugment(benchmark::State& state) {
  TransformOptions options = Options(28, 1).transform;
  options.rand_augment = *ParseRandAugment("rand-m9-mstd0.5-inc1");
  RunSamples(state, Fashion(), options);
}
BENCHMARK(FashionSampleRandAugment);

void FashionEvaluation(benchmark::State& state) {
  TransformOptions options = Options(28, 1).transform;
  options.augmentation.reset();
  RunSamples(state, Fashion(), options);
}
BENCHMARK(FashionEvaluation);

void PhotographSample(benchmark::State& state) {
  const Photographs dataset;
  state.counters["file_bytes"] = static_cast<double>(dataset.bytes());
  RunSamples(state, dataset, Options(224, 3).transform);
}
BENCHMARK(PhotographSample)->Unit(benchmark::kMicrosecond);

void PhotographFinetuneSample(benchmark::State& state) {
  TransformOptions options = Options(224, 3).transform;
  options.augmentation->interpolation = config::Interpolation::kBicubic;
  options.augmentation->erasing = 0.25;
  options.rand_augment = *ParseRandAugment("rand-m9-mstd0.5-inc1");
  RunSamples(state, Photographs(), options);
}
BENCHMARK(PhotographFinetuneSample)->Unit(benchmark::kMicrosecond);

// Whole batches; the argument is the number of threads.
void FashionLoader(benchmark::State& state) {
  LoaderOptions options = Options(28, 1);
  options.threads = static_cast<int>(state.range(0));
  const auto loader = *Loader::Start(std::make_shared<Fashion>(), options);
  int64_t images = 0;
  for (auto _ : state) images += loader->Next()->size();
  state.SetItemsProcessed(images);
}
BENCHMARK(FashionLoader)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace nepa::data

BENCHMARK_MAIN();
