// A transcript of job files and what is said about them, e.g.
//
//   === a field that does not exist is told with the nearest right name
//   --- file
//   kind: pretrain
//   lerning: 1
//   --- said
//   job.yaml:2:1: lerning: unknown field; …
//
// A case may also have `--- set` (one override a line) and `--- show` (one field a line, whose
// effective values are printed where the file is right). In `--- file escaped`, C escapes stand for
// bytes that an editor would not keep.
#ifndef NEPA_TESTS_SCENARIOS_JOB_FILE_TRANSCRIPT_H_
#define NEPA_TESTS_SCENARIOS_JOB_FILE_TRANSCRIPT_H_

#include <string>

#include "tests/scenarios/transcript.h"

namespace nepa::config {

std::string SayOfJobFile(testing::Parts& parts);

}  // namespace nepa::config

#endif  // NEPA_TESTS_SCENARIOS_JOB_FILE_TRANSCRIPT_H_
