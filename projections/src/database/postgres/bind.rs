//! Values of a row, to PostgreSQL and back.

use std::error::Error;

use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use crate::database::{DatabaseError, Row, Value};

impl ToSql for Value {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Integer(number) if *kind == Type::INT4 => i32::try_from(*number)?.to_sql(kind, out),
            Self::Integer(number) if *kind == Type::INT8 => number.to_sql(kind, out),
            Self::Text(text) if <&str as ToSql>::accepts(kind) => text.to_sql(kind, out),
            Self::Bytes(bytes) if *kind == Type::BYTEA => bytes.to_sql(kind, out),
            Self::Integer(_) | Self::Text(_) | Self::Bytes(_) => Err(format!("no value for a column of {kind}").into()),
        }
    }

    fn accepts(kind: &Type) -> bool {
        [Type::INT4, Type::INT8, Type::BYTEA].contains(kind) || <&str as ToSql>::accepts(kind)
    }

    to_sql_checked!();
}

pub(super) fn parameters(values: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

/// The columns of a row.
pub(super) fn row(row: &tokio_postgres::Row) -> Result<Row, DatabaseError> {
    let read = |column: usize| -> Result<Value, DatabaseError> {
        let unreadable = |_| DatabaseError::Unreadable { column };
        let kind = row.columns().get(column).map(tokio_postgres::Column::type_);
        let value = match kind {
            Some(&Type::INT8) => row.try_get::<_, Option<i64>>(column).map_err(unreadable)?.map(Value::Integer),
            Some(&Type::INT4) => {
                row.try_get::<_, Option<i32>>(column).map_err(unreadable)?.map(|number| Value::Integer(number.into()))
            }
            Some(&Type::TEXT) => row.try_get::<_, Option<String>>(column).map_err(unreadable)?.map(Value::Text),
            Some(&Type::BYTEA) => row.try_get::<_, Option<Vec<u8>>>(column).map_err(unreadable)?.map(Value::Bytes),
            Some(&Type::BOOL) => {
                row.try_get::<_, Option<bool>>(column).map_err(unreadable)?.map(|truth| Value::Integer(truth.into()))
            }
            Some(_) | None => return Err(DatabaseError::Unreadable { column }),
        };
        Ok(value.unwrap_or(Value::Null))
    };
    (0..row.len()).map(read).collect::<Result<_, _>>().map(Row)
}
