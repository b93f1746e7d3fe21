//! Reports on tags.

use livechat_types::reports::{ChatUsageReport, ChatsReportFilters, TagsChatUsage};

use super::{Counting, chats::count_tags};
use crate::{actions::Call, error::ApiError};

pub(crate) fn chat_usage(call: &mut Call<'_>, request: TagsChatUsage) -> Result<ChatUsageReport, ApiError> {
    let filters = request.filters.map(|asked| {
        let mut filters = ChatsReportFilters::new();
        filters.from = asked.from;
        filters.to = asked.to;
        filters.groups = asked.groups.map(|groups| {
            let mut filter = livechat_types::reports::GroupFilter::new();
            filter.values = Some(groups.values.unwrap_or_default());
            filter
        });
        filters
    });
    let counting = Counting::new(call, None, request.timezone.as_deref(), filters.as_ref())?;
    let mut report = ChatUsageReport::new(count_tags(&counting.threads));
    report.name = Some("chat-usage-report".to_owned());
    Ok(report)
}
