//! Reading the list of interests or users.

use napi::bindgen_prelude::Unknown;
use napi::{Env, JsValue, ValueType};

use crate::beams::targets::{LONGEST, Rules, Targets};
use crate::binding::failure::{Failure, Result};
use crate::binding::host::Host;
use crate::binding::node_api::utf16;

/// A list that is an array of an allowed length. Its elements have not been looked at.
pub struct List<'env> {
    rules: &'static Rules,
    array: Unknown<'env>,
    length: u32,
}

impl<'env> List<'env> {
    /// Checks the argument itself.
    pub fn read(env: &Env, host: &Host, rules: &'static Rules, argument: Unknown<'env>) -> Result<Self> {
        if is_missing(&argument)? {
            return Err(rules.required().into());
        }
        if !argument.is_array()? && !host.is_array(env, &argument)? {
            return Err(rules.not_an_array().into());
        }
        let length = number(&host.read(env, &argument, "length")?)?.unwrap_or_default() as u32;
        rules.check_count(length as usize)?;
        Ok(Self { rules, array: argument, length })
    }

    /// Checks the elements. A list in which all is well is read as one JSON text; only one with a fault in it is gone
    /// through element by element, to name the first.
    pub fn targets(&self, env: &Env, host: &Host) -> Result<Targets> {
        if host.fits(env, &self.array, LONGEST as u32)? {
            let json = utf16(&host.stringify(env, &self.array)?)?.unwrap_or_default();
            if let Some(targets) = self.rules.accept(json) {
                return Ok(targets);
            }
        }
        for index in 0..self.length {
            let element = host.element(env, &self.array, index)?;
            match utf16(&element)? {
                Some(target) => self.rules.check(&target)?,
                None => return Err(self.rules.not_a_string(&host.text(env, &element)?).into()),
            }
        }
        Err(self.rules.not_an_array().into())
    }
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
