//! Why a catalogue was refused: always with the resource and the field, because an operator has to find the line.

/// Why a catalogue was refused.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    #[error("the catalogue is not valid TOML, or has a key that nobody knows")]
    Syntax(#[source] toml::de::Error),
    #[error("the catalogue declares no resource")]
    Empty,
    #[error("resource '{resource}': {problem}")]
    Resource { resource: String, problem: Problem },
    #[error("resource '{resource}', field '{field}': {problem}")]
    Field { resource: String, field: String, problem: Problem },
    #[error("shape '{shape}', field '{field}': {problem}")]
    Shape { shape: String, field: String, problem: Problem },
}

/// What is wrong there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("a name is a-z, 0-9 and _, does not begin with a digit, and has at most 63 characters")]
    Name,
    #[error("is declared twice")]
    Doubled,
    #[error("the name is taken by the proxy itself")]
    Reserved,
    #[error("the first field must be 'id', a uuid of v1")]
    FirstField,
    #[error("a field of v1 stands after one of v2")]
    Order,
    #[error("is written by the proxy and cannot be writable, required or of another type")]
    System,
    #[error("is required but not of v1, so that v1 could never create a record")]
    RequiredLate,
    #[error("refers to a resource that is not declared")]
    Reference,
    #[error("needs a shape that is declared, or a list of values")]
    Shape,
    #[error("only text, integers, booleans, dates, timestamps and uuids can be filtered by or unique")]
    NotComparable,
    #[error("the default is not a value of the field")]
    Default,
    #[error("the example is not a value of the field")]
    Example,
    #[error("a shape holds plain values and lists of named values only")]
    Nested,
}
