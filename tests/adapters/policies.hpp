// Every policy on one framework's tensor, compared to the reference backend on a plain copy of the same numbers.
#pragma once

#include <string>

#include <cnnpool/core/any_feature_view.hpp>

namespace testing {

/// The names of the policies that agree to 1e-5, "sum average max ..."; "NAME!" where one does not.
std::string policies_on(const cnnpool::any_feature_view& x);

/// Writes the framework's row of docs/frameworks/README.md: a line `ran: ...`, and a file in CNNPOOL_TEST_RAN.
void ran(const std::string& framework, const std::string& version, const std::string& policies,
         const std::string& what);

}  // namespace testing
