//! What can be assigned to and deleted.

use ruff_python_ast::Expr;
use ruff_text_size::Ranged;

use super::convert::{Converted, Converter, convert_range};
use super::tree::{Target, TargetKind};

impl Converter<'_> {
    /// The target of an assignment, of a loop or of a comprehension.
    pub(super) fn whole_target(&mut self, node: &Expr) -> Converted<Target> {
        match node {
            Expr::Starred(_) => Err(self.syntax(node.range(), "starred assignment target must be in a list or tuple")),
            _ => self.target(node),
        }
    }

    /// A target of `del`.
    pub(super) fn deleted(&mut self, node: &Expr) -> Converted<Target> {
        match node {
            Expr::Starred(_) => Err(self.syntax(node.range(), "cannot delete starred")),
            Expr::Tuple(tuple) if tuple.elts.iter().any(Expr::is_starred_expr) => {
                Err(self.syntax(node.range(), "cannot delete starred"))
            }
            _ => self.target(node),
        }
    }

    fn target(&mut self, node: &Expr) -> Converted<Target> {
        let range = node.range();
        self.deeper(range, |this| Ok(Target { range: convert_range(range), kind: this.target_kind(node)? }))
    }

    fn target_kind(&mut self, node: &Expr) -> Converted<TargetKind> {
        Ok(match node {
            Expr::Name(name) => {
                let text = self.name(&name.id);
                self.bind(&text, convert_range(name.range))?;
                TargetKind::Name(text)
            }
            Expr::Attribute(attribute) => {
                let object = Box::new(self.expression(&attribute.value)?);
                TargetKind::Attribute { object, name: self.binding(&attribute.attr)? }
            }
            Expr::Subscript(subscript) => {
                let object = Box::new(self.expression(&subscript.value)?);
                TargetKind::Subscript { object, index: Box::new(self.index(&subscript.slice)?) }
            }
            Expr::Tuple(tuple) => TargetKind::Sequence(self.sequence(node, &tuple.elts)?),
            Expr::List(list) => TargetKind::Sequence(self.sequence(node, &list.elts)?),
            Expr::Starred(starred) => TargetKind::Starred(Box::new(self.target(&starred.value)?)),
            // The parser has refused it before.
            _ => return Err(self.syntax(node.range(), "invalid syntax")),
        })
    }

    fn sequence(&mut self, whole: &Expr, elements: &[Expr]) -> Converted<Vec<Target>> {
        if elements.iter().filter(|element| element.is_starred_expr()).count() > 1 {
            return Err(self.syntax(whole.range(), "multiple starred expressions in assignment"));
        }
        elements.iter().map(|element| self.target(element)).collect()
    }
}
