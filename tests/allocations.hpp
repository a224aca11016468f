// How often this thread called operator new so far. Defined in counting_new.cpp, which replaces it; linked to every
// test of an adapter and of search.
#pragma once

namespace testing {

long allocations();

}  // namespace testing
