// Files for a transcript to speak about, each made by a line of steps:
//
//   train/images.idx = images 8 4 4 | gzip | cut 3
//   train/labels.idx = labels 0 1 2 0 1 2 0 1
//   start = model hidden_size=16 num_hidden_layers=2
//   start/config.json = itself | replace "hidden_size": 16 => "hidden_size": 32
//
// Steps that begin: `images COUNT ROWS COLUMNS` and `labels LABEL…` (IDX), `text WORDS`, `itself`
// (as it is), `folder`, `absent` (removes it), `model` (a model folder with whole numbers of its
// config). Steps that go on: `gzip`, `cut BYTES`, `more BYTES`, `byte OFFSET VALUE`,
// `replace OLD => NEW`, `tensor NAME EXTENT…` and `whole_numbers NAME` (of a safetensors file).
#ifndef NEPA_TESTS_SCENARIOS_DISK_RECIPE_H_
#define NEPA_TESTS_SCENARIOS_DISK_RECIPE_H_

#include <string>

#include "tests/scenarios/transcript.h"

namespace nepa::testing {

// Makes what `recipe` says below `folder`. A line that is none fails the test.
void MakeDisk(const std::string& folder, const Lines& recipe);

}  // namespace nepa::testing

#endif  // NEPA_TESTS_SCENARIOS_DISK_RECIPE_H_
