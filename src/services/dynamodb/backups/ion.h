// Items as Amazon Ion text (amazon-ion.github.io/ion-docs/docs/spec.html), as exports write them: numbers are decimals,
// sets are annotated lists (developerguide/S3DataExport.Output.html).
#pragma once

#include "item/value.h"

#include <string>
#include <string_view>

namespace orrery::dynamodb {

void append_ion(item::ValueView value, std::string& out);
void append_ion(item::MapView item, std::string& out);

}  // namespace orrery::dynamodb
