// A service is a table of operations, one row each, built at compile time:
//
//   constexpr Operation kOperations[] = {
//       transacting<put_item, table_of>("PutItem", "dynamodb:PutItem"),
//       reading<get_item, table_of>("GetItem", "dynamodb:GetItem"),
//       waiting<invoke, invoked_function>("Invoke", "lambda:InvokeFunction"),
//   };
//
// The first argument is the function, the second its authorization rule: a row without one does not compile.
//
// Functions (`Self&` first where the operation needs its service's own state):
//   reading      Result<Out> f([Self&,] Call&, Reader&, const In&)
//   transacting  Result<Out> f([Self&,] Call&, Transaction&, const In&)     may be rerun on a conflict
//   receiving    as transacting, with a third argument Result<std::unique_ptr<PayloadSink>> open([Self&,] Call&, const
//   In&) waiting      void f([Self&,] Call&, const In&, Completion<Out>)         the call outlives the completion
//
// Rules, any of: std::string r(const Call&, const In&)                one resource, the row's action
//                std::vector<Access> r(const Call&, const In&)        anything (several actions, iam:PassRole); an
//                                                                     empty action is the row's; or a Result of it
//                or either with a Reader& in between, when the resource has to be looked up.
// An empty list means: nothing to allow (sts:GetCallerIdentity), or the operation asks Call::authorizer itself.
#pragma once

#include "services/call.h"
#include "wire/shape.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace orrery {

// Reports the end of a waiting operation; call it once, on any thread.
template <class Out>
using Completion = std::function<void(Result<Out>)>;

// A value of a generated struct whose type only its maker knows.
struct Destroyer {
  void (*destroy)(void*) = nullptr;
  void operator()(void* value) const { destroy(value); }
};
using ErasedValue = std::unique_ptr<void, Destroyer>;

enum class OperationKind : std::uint8_t { Reading, Transacting, Receiving, Waiting };

struct Operation {
  std::string_view name;    // AWS's
  std::string_view action;  // "dynamodb:PutItem"
  OperationKind kind;
  const wire::Shape& (*input_shape)();
  const wire::Shape& (*output_shape)();
  ErasedValue (*make_input)();
  Result<std::vector<Access>> (*authorize)(std::string_view action, const Call& call, Reader& reader,
                                           const void* input);
  Result<ErasedValue> (*read)(void* self, Call& call, Reader& reader, const void* input) = nullptr;
  Result<ErasedValue> (*transact)(void* self, Call& call, Transaction& tx, const void* input) = nullptr;
  Result<std::unique_ptr<PayloadSink>> (*receive)(void* self, Call& call, const void* input) = nullptr;
  void (*wait)(void* self, Call& call, const void* input, std::function<void(Result<ErasedValue>)> done) = nullptr;
  // Taken without a signature as well: its input proves who asks (AssumeRoleWithWebIdentity). The principal is then
  // Anonymous, the account empty.
  bool unsigned_too = false;
};

// A condition key whose value is a member of the input. What follows a trailing slash is a tag's name.
struct ConditionKey {
  std::string_view key;          // "s3:prefix", "s3:RequestObjectTag/"
  std::string_view member;       // "Prefix", "Code.S3Bucket": a path into the input
  std::string_view action = {};  // of this action only
};

// One service as the gateway sees it.
struct Service {
  const wire::ServiceModel* model = nullptr;
  std::span<const Operation> operations;
  void* self = nullptr;  // given to functions that take Self&
  // Of its actions ("dynamodb" in "dynamodb:PutItem"), which is the rows' own.
  std::string_view action_prefix() const {
    return operations.empty() ? std::string_view() : operations[0].action.substr(0, operations[0].action.find(':'));
  }
  auth::PolicyKind resource_policy_kind = auth::PolicyKind::Resource;
  // aws:RequestTag/…, aws:TagKeys and aws:ResourceTag/… need no entry: they are found in the input and in
  // services/tags.h.
  std::span<const ConditionKey> condition_keys;
  // Values that have to be looked up, asked for only when a policy names the key (in lower case:
  // "s3:existingobjecttag/team", "aws:resourcetag/team"). nullopt: not known here, the general rules apply.
  Result<std::optional<auth::Context::Values>> (*condition_value)(void* self, Reader& reader, const Call& call,
                                                                  const Access& access, std::string_view key) = nullptr;
  // The resource-based policy of `resource_arn`, as JSON text; nullopt: none, or the service has no such thing.
  Result<std::optional<std::string>> (*resource_policy)(void* self, Reader& reader,
                                                        std::string_view resource_arn) = nullptr;
};

namespace internal {

template <class T>
struct Signature;
template <class R, class... A>
struct Signature<R (*)(A...)> {
  using Arguments = std::tuple<A...>;
};
template <class F>
struct CompletionOf;
template <class O>
struct CompletionOf<std::function<void(Result<O>)>> {
  using type = O;
};
template <class O>
struct Payloaded;
template <class O>
struct Payloaded<Result<O>> {
  using type = O;
};

// What can be read off a function with or without Self& in front.
template <auto Function, std::size_t Rest>
struct Traits {
  using Arguments = typename Signature<decltype(+Function)>::Arguments;
  static constexpr bool has_self = std::tuple_size_v<Arguments> == Rest + 1;
  static_assert(has_self || std::tuple_size_v<Arguments> == Rest, "an operation's function has another signature");
  template <std::size_t I>
  using Argument = std::tuple_element_t<I + (has_self ? 1 : 0), Arguments>;
  using Self = std::remove_reference_t<std::tuple_element_t<0, Arguments>>;

  template <class... A>
  static decltype(auto) call(void* self, A&&... arguments) {
    if constexpr (has_self) {
      return Function(*static_cast<Self*>(self), std::forward<A>(arguments)...);
    } else {
      return Function(std::forward<A>(arguments)...);
    }
  }
};

// A rule's answer, whatever its form, with the row's action where it gives none.
Result<std::vector<Access>> named(std::string_view action, std::string resource);
Result<std::vector<Access>> named(std::string_view action, Result<std::vector<Access>> accesses);

template <auto Rule, class In>
Result<std::vector<Access>> run_rule(std::string_view action, const Call& call, Reader& reader, const void* erased) {
  const In& input = *static_cast<const In*>(erased);
  if constexpr (std::is_invocable_v<decltype(Rule), const Call&, Reader&, const In&>) {
    return named(action, Rule(call, reader, input));
  } else {
    return named(action, Rule(call, input));
  }
}

template <class T, class... A>
ErasedValue make_erased(A&&... arguments) {
  return {new T(std::forward<A>(arguments)...), {+[](void* value) { delete static_cast<T*>(value); }}};
}

template <auto Rule, class In, class Out>
constexpr Operation row(std::string_view name, std::string_view action, OperationKind kind) {
  Operation operation{};
  operation.name = name;
  operation.action = action;
  operation.kind = kind;
  operation.input_shape = &wire::shape_for<In>;
  operation.output_shape = &wire::shape_for<Out>;
  operation.make_input = &make_erased<In>;
  operation.authorize = &run_rule<Rule, In>;
  return operation;
}

template <auto Function, class Access>
Result<ErasedValue> run_within(void* self, Call& call, Access& access, const void* input) {
  using T = Traits<Function, 3>;
  using In = std::remove_cvref_t<typename T::template Argument<2>>;
  auto outcome = T::call(self, call, access, *static_cast<const In*>(input));
  if (!outcome) return fail(std::move(outcome).error());
  return make_erased<typename Payloaded<decltype(outcome)>::type>(*std::move(outcome));
}

template <auto Function>
using OutputOf =
    typename Payloaded<decltype(std::apply([](auto&&... a) { return Function(std::forward<decltype(a)>(a)...); },
                                           std::declval<typename Signature<decltype(+Function)>::Arguments>()))>::type;

}  // namespace internal

template <auto Function, auto Rule>
constexpr Operation reading(std::string_view name, std::string_view action) {
  using In = std::remove_cvref_t<typename internal::Traits<Function, 3>::template Argument<2>>;
  Operation operation = internal::row<Rule, In, internal::OutputOf<Function>>(name, action, OperationKind::Reading);
  operation.read = &internal::run_within<Function, Reader>;
  return operation;
}

template <auto Function, auto Rule>
constexpr Operation transacting(std::string_view name, std::string_view action) {
  using In = std::remove_cvref_t<typename internal::Traits<Function, 3>::template Argument<2>>;
  Operation operation = internal::row<Rule, In, internal::OutputOf<Function>>(name, action, OperationKind::Transacting);
  operation.transact = &internal::run_within<Function, Transaction>;
  return operation;
}

// The row, also for requests without a signature.
constexpr Operation unsigned_too(Operation operation) {
  operation.unsigned_too = true;
  return operation;
}

template <auto Function, auto Rule, auto Open>
constexpr Operation receiving(std::string_view name, std::string_view action) {
  Operation operation = transacting<Function, Rule>(name, action);
  operation.kind = OperationKind::Receiving;
  operation.receive = +[](void* self, Call& call, const void* input) {
    using T = internal::Traits<Open, 2>;
    using In = std::remove_cvref_t<typename T::template Argument<1>>;
    return T::call(self, call, *static_cast<const In*>(input));
  };
  return operation;
}

template <auto Function, auto Rule>
constexpr Operation waiting(std::string_view name, std::string_view action) {
  using T = internal::Traits<Function, 3>;
  using In = std::remove_cvref_t<typename T::template Argument<1>>;
  using Out = typename internal::CompletionOf<std::remove_cvref_t<typename T::template Argument<2>>>::type;
  Operation operation = internal::row<Rule, In, Out>(name, action, OperationKind::Waiting);
  operation.wait = +[](void* self, Call& call, const void* input, std::function<void(Result<ErasedValue>)> done) {
    T::call(self, call, *static_cast<const In*>(input), [done = std::move(done)](Result<Out> outcome) {
      if (!outcome) return done(fail(std::move(outcome).error()));
      done(internal::make_erased<Out>(*std::move(outcome)));
    });
  };
  return operation;
}

}  // namespace orrery
