# orrery_shapes(SERVICE): generates build/PRESET/shapes/SERVICE/shapes/SERVICE.{h,cc} from models/SERVICE.json with
# tools/codegen.py, and makes the library orrery_shapes_SERVICE of it. The tests and fuzz targets of wire/ exercise the
# protocols with them; those of DynamoDB and its streams, whose values have a codec of their own, are tested with the item
# layer.
find_package(Python3 REQUIRED COMPONENTS Interpreter)

function(orrery_shapes SERVICE)
  set(model ${PROJECT_SOURCE_DIR}/models/${SERVICE}.json)
  if(NOT EXISTS ${model})
    add_library(orrery_shapes_${SERVICE} INTERFACE)
    return()
  endif()
  set(folder ${PROJECT_BINARY_DIR}/shapes/${SERVICE})
  set(outputs ${folder}/shapes/${SERVICE}.h ${folder}/shapes/${SERVICE}.cc)
  add_custom_command(
    OUTPUT ${outputs}
    COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tools/codegen.py ${model} ${folder}/shapes
    DEPENDS ${model} ${PROJECT_SOURCE_DIR}/tools/codegen.py
    COMMENT "shapes of ${SERVICE}")
  add_custom_target(shapes_${SERVICE} DEPENDS ${outputs})
  add_dependencies(shapes shapes_${SERVICE})
  add_library(orrery_shapes_${SERVICE} STATIC ${outputs})
  target_include_directories(orrery_shapes_${SERVICE} PUBLIC ${folder})
  target_link_libraries(orrery_shapes_${SERVICE} PUBLIC orrery_wire)
  if(NOT SERVICE MATCHES "^dynamodb")  # its calls are those that must be fast
    target_compile_options(orrery_shapes_${SERVICE} PRIVATE $<$<CONFIG:Release>:-O1>)
  endif()
  if(SERVICE MATCHES "^dynamodb")
    target_link_libraries(orrery_shapes_${SERVICE} PUBLIC orrery_item)
  else()
    foreach(program wire_test json_fuzz xml_fuzz query_fuzz cbor_fuzz)
      if(TARGET ${program})
        target_link_libraries(${program} PRIVATE orrery_shapes_${SERVICE})
      endif()
    endforeach()
  endif()
endfunction()

# `shapes` generates all of them, without compiling.
add_custom_target(shapes)
