// A plug-in for clang-tidy 14: its matchers look at the project's code only, not at every declaration of every header
// of the system, which is where nine tenths of the time go. What they would find there is not reported anyway.
//
// It is an action of the compiler that runs before clang-tidy's own, and limits what the matchers traverse.
#include <clang/AST/ASTConsumer.h>
#include <clang/AST/ASTContext.h>
#include <clang/Basic/SourceManager.h>
#include <clang/Frontend/CompilerInstance.h>
#include <clang/Frontend/FrontendAction.h>
#include <clang/Frontend/FrontendPluginRegistry.h>

namespace {

class OwnCode final : public clang::ASTConsumer {
 public:
  void HandleTranslationUnit(clang::ASTContext& context) override {
    const clang::SourceManager& sources = context.getSourceManager();
    std::vector<clang::Decl*> own;
    for (clang::Decl* declaration : context.getTranslationUnitDecl()->decls()) {
      const clang::SourceLocation at = sources.getExpansionLoc(declaration->getBeginLoc());
      if (at.isValid() && !sources.isInSystemHeader(at)) own.push_back(declaration);
    }
    context.setTraversalScope(own);
  }
};

class OwnCodeFirst final : public clang::PluginASTAction {
 public:
  std::unique_ptr<clang::ASTConsumer> CreateASTConsumer(clang::CompilerInstance&, llvm::StringRef) override {
    return std::make_unique<OwnCode>();
  }
  bool ParseArgs(const clang::CompilerInstance&, const std::vector<std::string>&) override { return true; }
  ActionType getActionType() override { return AddBeforeMainAction; }
};

const clang::FrontendPluginRegistry::Add<OwnCodeFirst> kRegistered("own-code", "matchers see the project's code only");

}  // namespace
