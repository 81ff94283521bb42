// Transcripts: files of cases, each with named parts and, in its last part, what is said about it.
//
//   === a field that does not exist is told with the nearest right name
//   --- file
//   lerning: 1
//   --- said
//   job.yaml:1:1: lerning: unknown field; …
#ifndef NEPA_TESTS_SCENARIOS_TRANSCRIPT_H_
#define NEPA_TESTS_SCENARIOS_TRANSCRIPT_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace nepa::testing {

using Lines = std::vector<std::string>;
using Parts = std::map<std::string, Lines>;  // of one case, by name

// What is said about a case; whole lines.
using Say = std::function<std::string(Parts& parts)>;

std::string JoinLines(const Lines& lines);

// `transcript` with everything after each `--- said` replaced by what `say` says now.
std::string PlayTranscript(const std::string& transcript, const Say& say);

// Expects of every *.txt of `folder` that playing it changes nothing. With NEPA_REWRITE set it
// writes what is said now into them instead; read the difference before committing it.
void ExpectTranscripts(const std::string& folder, const Say& say);

}  // namespace nepa::testing

#endif  // NEPA_TESTS_SCENARIOS_TRANSCRIPT_H_
