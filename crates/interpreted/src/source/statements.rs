//! Statements of the parser's tree, and which of them are refused.

use ruff_python_ast::{self as ast, ExceptHandler, Expr, Stmt};
use ruff_text_size::{Ranged, TextRange};

use super::convert::{Converted, Converter, convert_range};
use super::tree::{Alias, Branch, Class, Function, Handler, Parameter, Parameters, Statement, StatementKind};

/// What `from __future__` may import.
const FEATURES: &[&str] = &[
    "nested_scopes",
    "generators",
    "division",
    "absolute_import",
    "with_statement",
    "print_function",
    "unicode_literals",
    "barry_as_FLUFL",
    "generator_stop",
    "annotations",
];

impl Converter<'_> {
    pub(super) fn body(&mut self, body: &[Stmt]) -> Converted<Vec<Statement>> {
        body.iter().map(|statement| self.statement(statement)).collect()
    }

    fn statement(&mut self, statement: &Stmt) -> Converted<Statement> {
        self.deeper(statement.range(), |this| {
            let kind = this.statement_kind(statement)?;
            Ok(Statement { range: convert_range(statement.range()), kind })
        })
    }

    fn statement_kind(&mut self, statement: &Stmt) -> Converted<StatementKind> {
        let range = statement.range();
        Ok(match statement {
            Stmt::Expr(node) => {
                self.refuse_print(&node.value)?;
                StatementKind::Expression(self.expression(&node.value)?)
            }
            Stmt::Assign(node) => {
                let value = self.expression(&node.value)?;
                let targets = node.targets.iter().map(|target| self.whole_target(target)).collect::<Converted<_>>()?;
                StatementKind::Assign { targets, value }
            }
            Stmt::AugAssign(node) => {
                let Some(operator) = Self::operator(node.op) else {
                    return Err(self.unsupported(range, "'@=' operator"));
                };
                let target = self.whole_target(&node.target)?;
                StatementKind::Augmented { target, operator, value: self.expression(&node.value)? }
            }
            Stmt::AnnAssign(node) => StatementKind::Annotated {
                target: self.whole_target(&node.target)?,
                annotation: self.expression(&node.annotation)?,
                value: self.optional(node.value.as_deref())?,
            },
            Stmt::Return(_) if !self.place.in_function => return Err(self.syntax(range, "'return' outside function")),
            Stmt::Return(node) => StatementKind::Return(self.optional(node.value.as_deref())?),
            Stmt::If(node) => self.if_statement(node)?,
            Stmt::While(node) => StatementKind::While {
                test: self.expression(&node.test)?,
                body: self.block(&node.body, range, true, 1)?,
                otherwise: self.body(&node.orelse)?,
            },
            Stmt::For(node) if node.is_async => return Err(self.unsupported(range, "'async for'")),
            Stmt::For(node) => StatementKind::For {
                iterable: self.expression(&node.iter)?,
                target: self.whole_target(&node.target)?,
                body: self.block(&node.body, range, true, 1)?,
                otherwise: self.body(&node.orelse)?,
            },
            Stmt::Break(_) if !self.place.in_loop => return Err(self.syntax(range, "'break' outside loop")),
            Stmt::Continue(_) if !self.place.in_loop => {
                return Err(self.syntax(range, "'continue' not properly in loop"));
            }
            Stmt::Break(_) => StatementKind::Break,
            Stmt::Continue(_) => StatementKind::Continue,
            Stmt::Pass(_) => StatementKind::Pass,
            Stmt::Try(node) => self.try_statement(node)?,
            Stmt::Raise(node) => StatementKind::Raise {
                exception: self.optional(node.exc.as_deref())?,
                cause: self.optional(node.cause.as_deref())?,
            },
            Stmt::Assert(node) => StatementKind::Assert {
                test: self.expression(&node.test)?,
                message: self.optional(node.msg.as_deref())?,
            },
            Stmt::Delete(node) => {
                StatementKind::Delete(node.targets.iter().map(|target| self.deleted(target)).collect::<Converted<_>>()?)
            }
            Stmt::Global(node) => StatementKind::Global(self.declared(&node.names)?),
            Stmt::Nonlocal(_) if !self.place.in_block => {
                return Err(self.syntax(range, "nonlocal declaration not allowed at module level"));
            }
            Stmt::Nonlocal(node) => StatementKind::Nonlocal(self.declared(&node.names)?),
            Stmt::Import(node) if node.is_lazy => return Err(self.unsupported(range, "'lazy import'")),
            Stmt::Import(node) => StatementKind::Import(self.aliases(&node.names, true)?),
            Stmt::ImportFrom(node) => self.import_from(node)?,
            Stmt::FunctionDef(node) => self.function(node)?,
            Stmt::ClassDef(node) => self.class(node)?,
            Stmt::With(_) => return Err(self.unsupported(range, "'with' statement")),
            Stmt::Match(_) => return Err(self.unsupported(range, "'match' statement")),
            Stmt::TypeAlias(_) => return Err(self.unsupported(range, "'type' statement")),
            Stmt::IpyEscapeCommand(_) => return Err(self.syntax(range, "invalid syntax")),
        })
    }

    /// Python 3 takes two shapes of Python 2's `print` for expressions, which would print something else.
    fn refuse_print(&self, value: &Expr) -> Converted<()> {
        let is_print = |value: &Expr| matches!(value, Expr::Name(name) if name.id.as_str() == "print");
        let first = match value {
            Expr::Tuple(tuple) if !tuple.parenthesized => tuple.elts.first(),
            other => Some(other),
        };
        match first {
            Some(Expr::BinOp(node)) if node.op == ast::Operator::RShift && is_print(&node.left) => {
                let file = self.text_of(&*node.right);
                let shown = match value {
                    Expr::Tuple(tuple) => {
                        tuple.elts[1..].iter().map(|part| self.text_of(part).to_owned() + ", ").collect::<String>()
                    }
                    _ => String::new(),
                };
                Err(self.python_2(value.range(), "print >>file", &format!("print({shown}file={file})")))
            }
            Some(Expr::Call(call)) if is_print(&call.func) && value.is_tuple_expr() => {
                let range = TextRange::new(call.arguments.range().start(), value.range().end());
                Err(self.python_2(value.range(), "print without brackets", &format!("print({})", self.text_of(&range))))
            }
            _ => Ok(()),
        }
    }

    fn if_statement(&mut self, node: &ast::StmtIf) -> Converted<StatementKind> {
        let range = TextRange::new(node.range.start(), node.body.last().map_or(node.range.end(), Ranged::end));
        let test = self.expression(&node.test)?;
        let mut branches = vec![Branch { range: convert_range(range), test, body: self.body(&node.body)? }];
        let mut otherwise = Vec::new();
        for clause in &node.elif_else_clauses {
            match &clause.test {
                Some(test) => {
                    let test = self.expression(test)?;
                    branches.push(Branch { range: convert_range(clause.range), test, body: self.body(&clause.body)? });
                }
                None => otherwise = self.body(&clause.body)?,
            }
        }
        Ok(StatementKind::If { branches, otherwise })
    }

    fn try_statement(&mut self, node: &ast::StmtTry) -> Converted<StatementKind> {
        if node.is_star {
            return Err(self.unsupported(node.range, "'except*'"));
        }
        // With `finally`, all before it is one block more.
        let around = usize::from(!node.finalbody.is_empty());
        let inner = usize::from(!node.handlers.is_empty());
        let body = self.block(&node.body, node.range, false, around + inner)?;
        let mut handlers = Vec::new();
        for (index, ExceptHandler::ExceptHandler(handler)) in node.handlers.iter().enumerate() {
            if handler.type_.is_none() && index + 1 < node.handlers.len() {
                return Err(self.syntax(handler.range, "default 'except:' must be last"));
            }
            let exception = self.optional(handler.type_.as_deref())?;
            let name = handler.name.as_ref().map(|name| self.binding(name)).transpose()?;
            let body = self.block(&handler.body, handler.range, false, around + 2)?;
            handlers.push(Handler { range: convert_range(handler.range), exception, name, body });
        }
        let otherwise = self.block(&node.orelse, node.range, false, around)?;
        let finally = self.block(&node.finalbody, node.range, false, around)?;
        Ok(StatementKind::Try { body, handlers, otherwise, finally })
    }

    fn declared(&mut self, names: &[ast::Identifier]) -> Converted<Vec<super::tree::Identifier>> {
        Ok(names.iter().map(|name| self.identifier(name)).collect())
    }

    fn aliases(&mut self, names: &[ast::Alias], dotted: bool) -> Converted<Vec<Alias>> {
        let mut aliases = Vec::new();
        for alias in names {
            let name = self.identifier(&alias.name);
            let bound = alias.asname.as_ref().map(|bound| self.binding(bound)).transpose()?;
            if bound.is_none() {
                let first = if dotted { name.name.split('.').next().unwrap_or("") } else { &name.name };
                let first = self.name(first);
                self.bind(&first, name.range)?;
            }
            aliases.push(Alias { name, bound });
        }
        Ok(aliases)
    }

    fn import_from(&mut self, node: &ast::StmtImportFrom) -> Converted<StatementKind> {
        let Some(module) = node.module.as_ref().filter(|_| node.level == 0) else {
            return Err(self.unsupported(node.range, "relative import"));
        };
        if node.is_lazy {
            return Err(self.unsupported(node.range, "'lazy import'"));
        }
        if module.as_str() == "__future__" {
            // What stands where it may was seen before anything else.
            return match self.at_the_beginning(node) {
                true => Ok(StatementKind::Pass),
                false => {
                    Err(self.syntax(node.range, "from __future__ imports must occur at the beginning of the file"))
                }
            };
        }
        if node.names.iter().any(|alias| alias.name.as_str() == "*") {
            return Err(match self.place.in_block {
                true => self.syntax(node.range, "import * only allowed at module level"),
                false => self.unsupported(node.range, "'from module import *'"),
            });
        }
        Ok(StatementKind::ImportFrom { module: self.identifier(module), names: self.aliases(&node.names, false)? })
    }

    /// Whether a future import is one of those that [`Self::futures`] saw.
    fn at_the_beginning(&self, node: &ast::StmtImportFrom) -> bool {
        node.range.start().to_u32() < self.futures_end
    }

    /// The future imports at the beginning of a file.
    pub(super) fn futures(&mut self, body: &[Stmt]) -> Converted<()> {
        for (index, statement) in body.iter().enumerate() {
            match statement {
                Stmt::Expr(node) if index == 0 && node.value.is_string_literal_expr() => {}
                Stmt::ImportFrom(node) if node.module.as_deref() == Some("__future__") && node.level == 0 => {
                    for alias in &node.names {
                        match alias.name.as_str() {
                            "annotations" => self.annotations_postponed = true,
                            "braces" => return Err(self.syntax(node.range, "not a chance")),
                            name if FEATURES.contains(&name) => {}
                            name => {
                                return Err(self.syntax(node.range, format!("future feature {name} is not defined")));
                            }
                        }
                    }
                    self.futures_end = node.range.end().to_u32();
                }
                _ => break,
            }
        }
        Ok(())
    }

    fn function(&mut self, node: &ast::StmtFunctionDef) -> Converted<StatementKind> {
        if node.is_async {
            return Err(self.unsupported(node.range, "'async def'"));
        }
        if let Some(parameters) = &node.type_params {
            return Err(self.unsupported(parameters.range, "type parameter list"));
        }
        let decorators = self.decorators(&node.decorator_list)?;
        let name = self.binding(&node.name)?;
        let parameters = self.parameters(&node.parameters)?;
        let returns = self.optional(node.returns.as_deref())?;
        let body = self.own_block(&node.body, true)?;
        Ok(StatementKind::Function(Box::new(Function { name, decorators, parameters, returns, body })))
    }

    fn class(&mut self, node: &ast::StmtClassDef) -> Converted<StatementKind> {
        if let Some(parameters) = &node.type_params {
            return Err(self.unsupported(parameters.range, "type parameter list"));
        }
        let decorators = self.decorators(&node.decorator_list)?;
        let name = self.binding(&node.name)?;
        let mut base = None;
        if let Some(arguments) = &node.arguments {
            if let Some(keyword) = arguments.keywords.first() {
                return Err(self.unsupported(keyword.range, "keyword in the header of a class"));
            }
            if let Some(second) = arguments.args.get(1) {
                return Err(self.unsupported(second.range(), "more than one base class"));
            }
            if let Some(starred) = arguments.args.first().filter(|base| base.is_starred_expr()) {
                return Err(self.unsupported(starred.range(), "starred base class"));
            }
            base = self.optional(arguments.args.first())?;
        }
        let body = self.own_block(&node.body, false)?;
        Ok(StatementKind::Class(Box::new(Class { name, decorators, base, body })))
    }

    fn decorators(&mut self, list: &[ast::Decorator]) -> Converted<Vec<super::tree::Expression>> {
        let mut decorators = Vec::new();
        for decorator in list {
            let mut base = &decorator.expression;
            let of_cython = loop {
                match base {
                    Expr::Call(call) => base = &call.func,
                    Expr::Attribute(attribute) => base = &attribute.value,
                    Expr::Name(name) => break name.id.as_str() == "cython" && !decorator.expression.is_name_expr(),
                    _ => break false,
                }
            };
            if !of_cython {
                let text = format!("decorator '{}'", self.text_of(&decorator.expression));
                return Err(self.unsupported(decorator.range, &text));
            }
            decorators.push(self.expression(&decorator.expression)?);
        }
        Ok(decorators)
    }

    pub(super) fn parameters(&mut self, node: &ast::Parameters) -> Converted<Parameters> {
        if let Some(parameter) = node.posonlyargs.first() {
            return Err(self.unsupported(parameter.range, "positional-only parameter"));
        }
        let mut positional = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for parameter in &node.args {
            let default = self.optional(parameter.default.as_deref())?;
            positional.push(self.parameter(&parameter.parameter, default, &mut seen)?);
        }
        let variadic = match &node.vararg {
            Some(parameter) => Some(self.parameter(parameter, None, &mut seen)?),
            None => None,
        };
        if let Some(parameter) = node.kwonlyargs.first() {
            return Err(self.unsupported(parameter.range, "keyword-only parameter"));
        }
        if let Some(parameter) = &node.kwarg {
            return Err(self.unsupported(parameter.range, "'**' parameter"));
        }
        Ok(Parameters { positional, variadic })
    }

    fn parameter<'n>(
        &mut self,
        node: &'n ast::Parameter,
        default: Option<super::tree::Expression>,
        seen: &mut std::collections::HashSet<&'n str>,
    ) -> Converted<Parameter> {
        let name = self.binding(&node.name)?;
        if !seen.insert(node.name.as_str()) {
            let text = format!("duplicate argument '{}' in function definition", name.name);
            return Err(self.syntax(node.name.range, text));
        }
        let annotation = self.optional(node.annotation.as_deref())?;
        Ok(Parameter { name, annotation, default })
    }
}
