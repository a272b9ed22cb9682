//! Reading the list of interests or users.

use napi::bindgen_prelude::{JsObjectValue, Unknown};
use napi::{Env, JsValue, ValueType};

use crate::error::{Failure, Result};
use crate::ffi::utf16;
use crate::host::Host;
use beams::error::Error;
use beams::http::request::{BodyPrefix, PublishBody};
use beams::targets::joined::Joined;
use beams::targets::kind::{MAX_TARGET_LEN, TargetKind};
use beams::targets::users::USERS;

/// From how many elements on joining a list pays for the call that it takes more.
const MANY: u32 = 32;

const NOT_AN_OBJECT: &str = "publishRequest argument must be a plain object";

/// A list that is an array of an allowed length. Its elements have not been looked at.
pub struct List<'env> {
    kind: &'static TargetKind,
    array: Unknown<'env>,
    length: u32,
}

impl<'env> List<'env> {
    /// Checks the argument itself.
    pub fn read(env: &Env, host: &Host, kind: &'static TargetKind, argument: Unknown<'env>) -> Result<Self> {
        if is_missing(&argument)? {
            return Err(kind.required().into());
        }
        if !argument.is_array()? && !host.is_array(env, &argument)? {
            return Err(kind.not_an_array().into());
        }
        let length = length(env, host, &argument)?;
        kind.check_count(length as usize)?;
        Ok(Self { kind, array: argument, length })
    }

    /// Writes the body of a request with this list and a payload. A list in which all is well is read in one piece; only
    /// one with a fault in it is gone through element by element, to name the first.
    pub fn publish(&self, env: &Env, host: &Host, payload: &Unknown<'_>) -> Result<PublishBody> {
        let joined = self.joined(env, host)?;
        let rest = if joined.is_some() { nobody(env)? } else { self.array };
        let body = host.body(env, self.kind.key, &rest, payload, MAX_TARGET_LEN as u32);
        if let Ok(body) = &body
            && let Some(publish) = utf16(body)?.and_then(|body| PublishBody::new(self.kind, body, joined))
        {
            return Ok(publish);
        }
        for index in 0..self.length {
            let element = host.element(env, &self.array, index)?;
            match utf16(&element)? {
                Some(target) => self.kind.check(&target)?,
                None => return Err(self.kind.not_a_string(&host.text(env, &element)?).into()),
            }
        }
        body?;
        Err(Error::invalid(NOT_AN_OBJECT).into())
    }

    /// A long list, joined, which takes half as long as writing it as JSON. `None` where that cannot be.
    fn joined(&self, env: &Env, host: &Host) -> Result<Option<Joined>> {
        if self.length < MANY {
            return Ok(None);
        }
        // What a trap throws, it throws again when the body is written, and is reported then.
        let Ok(joined) = host.joined(env, &self.array, MAX_TARGET_LEN as u32) else { return Ok(None) };
        Ok(utf16(&joined)?.and_then(|joined| Joined::new(self.kind, joined, self.length as usize)))
    }
}

/// Writes the body of a request with a payload and no users.
pub fn template(env: &Env, host: &Host, payload: &Unknown<'_>) -> Result<BodyPrefix> {
    let body = host.body(env, USERS.key, &nobody(env)?, payload, MAX_TARGET_LEN as u32)?;
    let body = utf16(&body)?.ok_or_else(|| Error::invalid(NOT_AN_OBJECT))?;
    Ok(BodyPrefix::new(&body)?)
}

fn nobody(env: &Env) -> Result<Unknown<'_>> {
    Ok(env.create_array(0)?.coerce_to_object()?.to_unknown())
}

/// How long an array is. One that a proxy stands for is none to Node-API.
pub fn length(env: &Env, host: &Host, array: &Unknown<'_>) -> Result<u32> {
    if array.is_array()? {
        return Ok(array.coerce_to_object()?.get_array_length()?);
    }
    Ok(number(&host.read(env, array, "length")?)?.unwrap_or_default() as u32)
}

/// Whether the value is `undefined` or `null`.
pub fn is_missing(value: &Unknown<'_>) -> Result<bool> {
    Ok(matches!(value.get_type()?, ValueType::Undefined | ValueType::Null))
}

/// A number; `None` for anything else.
pub fn number(value: &Unknown<'_>) -> Result<Option<f64>> {
    match value.get_type()? {
        ValueType::Number => Ok(Some(value.coerce_to_number()?.get_double().map_err(Failure::Thrown)?)),
        _ => Ok(None),
    }
}
