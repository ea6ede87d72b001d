"""The application, its lifespan, its routers and routes."""

import ast

from registry import Mutation, in_file, operator
from slips import misspell
from operators.models import called

VERBS = {"get", "post", "put", "patch", "delete", "websocket", "api_route"}


def routes(project):
    """Each route: (source, function, decorator)."""
    for source in project.sources:
        for node in source.nodes(ast.FunctionDef, ast.AsyncFunctionDef):
            for call in node.decorator_list:
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in VERBS:
                    yield source, node, call


@operator(2)
def spoil_lifespan(project, random):
    """The lifespan loses its decorator, its async, its parameter or its yield."""
    for source in project.sources:
        for node in source.nodes(ast.AsyncFunctionDef):
            decorator = next((one for one in node.decorator_list if "contextmanager" in ast.unparse(one)), None)
            if decorator is None or "lifespan" not in node.name:
                continue
            yield lambda source=source, decorator=decorator: in_file(
                source, source.remove_decorator(decorator), "the lifespan has no decorator"
            )
            start = source.line_starts[node.lineno - 1] + node.col_offset
            yield lambda source=source, start=start: in_file(
                source, source.splice(((start, start + len("async ")), "")), "the lifespan is not async"
            )
            for part in source.parts(node, ast.Yield):
                yield lambda source=source, part=part: in_file(source, source.replace(part, "pass"), "the lifespan yields nothing")
            for argument in node.args.args[:1]:
                yield lambda source=source, argument=argument: in_file(
                    source, source.replace(argument, ""), "the lifespan takes no application"
                )


@operator(3)
def spoil_dependency(project, random):
    """Depends gets a call, nothing, or is left out."""
    for source in project.sources:
        for call in source.nodes(ast.Call):
            if called(call) in ("Depends", "Security") and call.args:
                first = source.segment(call.args[0])
                for text in (f"Depends({first}())", "Depends(None)", f"Depends('{first}')", first, "Depends()"):
                    yield lambda source=source, call=call, text=text: in_file(
                        source, source.replace(call, text), f"{call.lineno}: {source.segment(call)} is {text}"
                    )


@operator(3)
def spoil_parameter(project, random):
    """A route's parameter is annotated with something that no request holds, or loses its default."""
    wrong = ["object", "Session", "AsyncSession", "Engine", "dict[str, object]", "Callable", "Request", "list", "type", "any"]
    for source, node, _ in routes(project):
        for argument in [*node.args.args, *node.args.kwonlyargs]:
            if argument.annotation is not None:
                new = random.choice(wrong)
                yield lambda source=source, argument=argument, new=new: in_file(
                    source, source.replace(argument.annotation, new), f"{argument.lineno}: {argument.arg}: {new}"
                )
        for default in node.args.defaults:
            start = source.data.rindex(b"=", 0, source.span(default)[0])
            yield lambda source=source, default=default, start=start: in_file(
                source, source.splice(((start, source.span(default)[1]), "")), f"{default.lineno}: a parameter without its default"
            )


@operator(3)
def spoil_response(project, random):
    """The response model or the return annotation of a route is no model."""
    wrong = ["object", "Session", "dict", "list", "'Missing'", "None", "Response", "Base", "type", "set[int]"]
    for source, node, call in routes(project):
        new = random.choice(wrong)
        models = [word for word in call.keywords if word.arg == "response_model"]
        for word in models:
            yield lambda source=source, word=word, new=new: in_file(
                source, source.replace(word.value, new), f"{word.lineno}: response_model={new}"
            )
        if node.returns is not None:
            yield lambda source=source, node=node, new=new: in_file(
                source, source.replace(node.returns, new), f"{node.lineno}: returns {new}"
            )
        if models:
            end = source.span(call)[1] - 1
            text = ("" if source.data[:end].rstrip().endswith((b",", b"(")) else ", ") + "status_code=204"
            if not any(word.arg == "status_code" for word in call.keywords):
                yield lambda source=source, end=end, text=text: in_file(source, source.splice(((end, end), text)), "204 with a model")


@operator(2)
def spoil_path(project, random):
    """A path or a prefix is not as Starlette wants it."""
    for source in project.sources:
        for call in source.nodes(ast.Call):
            name = called(call)
            paths = call.args[:1] if name in VERBS else []
            paths += [word.value for word in call.keywords if word.arg == "prefix"]
            for path in paths:
                if isinstance(path, ast.Constant) and isinstance(path.value, str):
                    for new in {path.value.lstrip("/"), f"{path.value}/", path.value.replace("}", ""), path.value.replace("{", "{ ")}:
                        yield lambda source=source, path=path, new=new: in_file(
                            source, source.replace(path, f'"{new}"'), f"{path.lineno}: the path {new}"
                        )


@operator(3)
def include_something_else(project, random):
    """include_router gets the module, a call, or another name."""
    for source in project.sources:
        for call in source.nodes(ast.Call):
            if called(call) == "include_router" and call.args:
                router = call.args[0]
                text = source.segment(router)
                wrong = [f"{text}()", f"{text}.router", misspell(text, random) if text.isidentifier() else f"{text}s"]
                if isinstance(router, ast.Attribute):
                    wrong += [source.segment(router.value)] * 2
                for new in wrong:
                    yield lambda source=source, router=router, new=new: in_file(
                        source, source.replace(router, new), f"{router.lineno}: include_router({new})"
                    )


@operator(2)
def spoil_middleware(project, random):
    """A middleware is handed over as an object, or with an argument too many or too few."""
    for source in project.sources:
        for call in source.nodes(ast.Call):
            if called(call) == "add_middleware" and call.args:
                first = source.segment(call.args[0])
                yield lambda source=source, call=call, first=first: in_file(
                    source, source.replace(call.args[0], f"{first}()"), f"{call.lineno}: add_middleware({first}())"
                )
                end = source.span(call)[1] - 1
                comma = "" if source.data[:end].rstrip().endswith(b",") else ", "
                yield lambda source=source, end=end, comma=comma: in_file(
                    source, source.splice(((end, end), f"{comma}max_size=10")), "a middleware gets max_size"
                )
                for word in call.keywords:
                    rest = [source.segment(one) for one in [*call.args, *call.keywords] if one is not word]
                    text = f"{source.segment(call.func)}({', '.join(rest)})"
                    yield lambda source=source, call=call, text=text, word=word: in_file(
                        source, source.replace(call, text), f"{call.lineno}: a middleware without {word.arg}"
                    )


@operator(2)
def rename_application(project, random):
    """The application has another name than the start command says."""
    source = project.by_module.get(project.target_module)
    if source is not None and project.target_attribute in source.definitions:
        for new in ("application", "api", "server", "_app"):
            yield lambda new=new: in_file(source, source.rename(project.target_attribute, new), f"the application is {new}")
        yield lambda: Mutation("the target module is a package", {source.path: None, source.path.replace(".py", "/main.py"): source.text})


@operator(1)
def mount_missing_folder(project, random):
    """Static files are served from a folder that is not there."""
    source = project.by_module.get(project.target_module)
    name = project.target_attribute
    if source is not None and name in source.definitions:
        for folder in ("static", "app/static", "public"):
            text = f'\n\nfrom fastapi.staticfiles import StaticFiles\n\n{name}.mount("/files", StaticFiles(directory="{folder}"))\n'
            yield lambda text=text, folder=folder: Mutation(f"mounts {folder}", {source.path: source.text.rstrip() + text})
