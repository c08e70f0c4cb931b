//! Values to PostgreSQL, each in the form of its column.

use std::error::Error;

use chrono::{DateTime, NaiveDate, SubsecRound, Utc};
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use uuid::Uuid;

use crate::proxy::catalogue::FieldValue;
use crate::proxy::records::statement::Param;

type Bound = Result<IsNull, Box<dyn Error + Sync + Send>>;

impl ToSql for Param<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Bound {
        match self {
            Self::Id(id) => id.to_sql_checked(kind, out),
            Self::Number(number) => whole_number(*number, kind, out),
            Self::Time(time) => time.trunc_subsecs(0).to_sql_checked(kind, out),
            Self::Text(text) => text.to_sql_checked(kind, out),
            Self::Bytes(bytes) => bytes.to_sql_checked(kind, out),
            Self::Field(FieldValue::Null) => Ok(IsNull::Yes),
            Self::Field(FieldValue::Boolean(truth)) => truth.to_sql_checked(kind, out),
            Self::Field(FieldValue::Integer(number)) => whole_number(*number, kind, out),
            Self::Field(FieldValue::Text(value)) => text(value, kind, out),
            Self::Field(FieldValue::Json(value)) => json(value, kind, out),
        }
    }

    // A column of another kind is refused with its value.
    fn accepts(_kind: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

fn whole_number(number: i64, kind: &Type, out: &mut BytesMut) -> Bound {
    match *kind {
        Type::INT2 => i16::try_from(number)?.to_sql(kind, out),
        Type::INT4 => i32::try_from(number)?.to_sql(kind, out),
        _ => number.to_sql_checked(kind, out),
    }
}

/// Dates, timestamps and ids are text that was checked.
fn text(value: &str, kind: &Type, out: &mut BytesMut) -> Bound {
    match *kind {
        Type::UUID => Uuid::try_parse(value)?.to_sql(kind, out),
        Type::DATE => value.parse::<NaiveDate>()?.to_sql(kind, out),
        Type::TIMESTAMPTZ => value.parse::<DateTime<Utc>>()?.to_sql(kind, out),
        _ => value.to_sql_checked(kind, out),
    }
}

/// As it is, so that it is given back as it is.
fn json(value: &str, kind: &Type, out: &mut BytesMut) -> Bound {
    match *kind {
        Type::JSON | Type::JSONB => {
            // A number of the format comes first.
            out.extend_from_slice(if *kind == Type::JSONB { &[1] } else { &[] });
            out.extend_from_slice(value.as_bytes());
            Ok(IsNull::No)
        }
        _ => value.to_sql_checked(kind, out),
    }
}
