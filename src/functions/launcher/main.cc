// The launcher: a static program of its own, embedded into the server and started in new namespaces with vfork
// semantics, so that nothing here must be async-signal-safe and the size of the server costs nothing
// (docs/decisions/010-sandbox.md).
#include "functions/launcher/carry_out.h"

int main() { carry_out_plan(); }
