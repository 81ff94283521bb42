// Transcripts of scripts: what the real programs say of bad input at their doors. Of each case,
// `--- sh` is a script for bash that runs in an empty folder, with what errors/prelude.sh offers;
// `--- said` is what it printed, and its exit code where that is not 0. Nothing may run on after
// it.
#ifndef NEPA_TESTS_INTEGRATION_ERROR_SCRIPTS_H_
#define NEPA_TESTS_INTEGRATION_ERROR_SCRIPTS_H_

#include <string>

#include "tests/scenarios/transcript.h"

namespace nepa::testing {

// Once, before the first script: the programs into $PATH, no settings of whoever tests, and
// permissions that hold for root too in what is started from here.
void PrepareForErrorScripts();

std::string SayOfErrorScript(Parts& parts);

}  // namespace nepa::testing

#endif  // NEPA_TESTS_INTEGRATION_ERROR_SCRIPTS_H_
