//! What has no state: channels, limits of plans, where the product came from.

use livechat_types::configuration::{
    Channel, ChannelType, CheckProductLimitsForPlan, ExceededLimit, GetProductSource, LimitedResource,
    ListChannels, ProductPlan, ProductSource,
};

use crate::{actions::Call, error::ApiError};

pub(crate) fn list_channels(call: &mut Call<'_>, _: ListChannels) -> Result<Vec<Channel>, ApiError> {
    let since = call.state.organization.created_at;
    Ok(vec![Channel::new(ChannelType::Code, "", since), Channel::new(ChannelType::DirectLink, "", since)])
}

/// What the license has more of than the plan allows, by the number of groups that each plan has.
pub(crate) fn check_product_limits_for_plan(
    call: &mut Call<'_>,
    request: CheckProductLimitsForPlan,
) -> Result<Vec<ExceededLimit>, ApiError> {
    let groups = i64::try_from(call.state.groups.len()).unwrap_or(i64::MAX);
    let allowed = match request.plan {
        ProductPlan::Starter => 1,
        ProductPlan::Team => 20,
        _ => 80,
    };
    let exceeded = groups > allowed;
    Ok(exceeded.then(|| ExceededLimit::new(LimitedResource::Groups, allowed - groups)).into_iter().collect())
}

pub(crate) fn get_product_source(_: &mut Call<'_>, _: GetProductSource) -> Result<ProductSource, ApiError> {
    let mut source = ProductSource::new();
    source.source_type = Some("direct".to_owned());
    source.source_url = Some("https://www.example.com/pricing".to_owned());
    Ok(source)
}
