-- 规划管理信息系统 共享库（PostgreSQL 9.4）。一个许可一行，变更时原行更新，sync_flag 置空。
CREATE SCHEMA IF NOT EXISTS plan_share;

CREATE TABLE plan_share.t_permit (
    project_no      varchar(32)   NOT NULL,
    permit_seq      varchar(8)    NOT NULL,
    permit_kind     smallint      NOT NULL,
    certificate_id  varchar(128),
    permit_no       varchar(400)  NOT NULL,
    holder_name     varchar(300),
    holder_code     varchar(18),
    holder_type     varchar(3),
    issuer          varchar(200)  NOT NULL,
    issue_date      date          NOT NULL,
    valid_start     date,
    valid_end       date,
    area_code       varchar(12),
    permit_state    smallint      NOT NULL,
    location        varchar(300),
    land_area       varchar(40),
    building_area   varchar(40),
    change_reason   varchar(200),
    update_time     timestamp     NOT NULL,
    op_type         char(1),
    sync_flag       smallint,
    sync_message    varchar(500),
    sync_time       timestamp,
    sync_batch      varchar(64),
    CONSTRAINT pk_permit PRIMARY KEY (project_no, permit_seq)
);

COMMENT ON TABLE  plan_share.t_permit IS '规划许可';
COMMENT ON COLUMN plan_share.t_permit.project_no IS '项目编号';
COMMENT ON COLUMN plan_share.t_permit.permit_seq IS '项目内许可序号';
COMMENT ON COLUMN plan_share.t_permit.permit_kind IS '许可证种类：1 建设项目选址意见书，2 建设用地规划许可证，3 建设工程规划许可证，4 乡村建设规划许可证';
COMMENT ON COLUMN plan_share.t_permit.certificate_id IS '电子证照标识';
COMMENT ON COLUMN plan_share.t_permit.permit_no IS '许可证编号';
COMMENT ON COLUMN plan_share.t_permit.holder_name IS '建设单位';
COMMENT ON COLUMN plan_share.t_permit.holder_code IS '统一社会信用代码或公民身份号码';
COMMENT ON COLUMN plan_share.t_permit.holder_type IS '证件类型：001 统一社会信用代码，111 公民身份号码';
COMMENT ON COLUMN plan_share.t_permit.issuer IS '发证机关';
COMMENT ON COLUMN plan_share.t_permit.issue_date IS '发证日期';
COMMENT ON COLUMN plan_share.t_permit.valid_start IS '有效期起';
COMMENT ON COLUMN plan_share.t_permit.valid_end IS '有效期止';
COMMENT ON COLUMN plan_share.t_permit.area_code IS '行政区划代码';
COMMENT ON COLUMN plan_share.t_permit.permit_state IS '许可证状态：0 有效，1 注销，2 撤销，3 失效';
COMMENT ON COLUMN plan_share.t_permit.location IS '建设地址';
COMMENT ON COLUMN plan_share.t_permit.land_area IS '用地面积（平方米）';
COMMENT ON COLUMN plan_share.t_permit.building_area IS '建筑面积';
COMMENT ON COLUMN plan_share.t_permit.change_reason IS '变更原因';
COMMENT ON COLUMN plan_share.t_permit.update_time IS '更新时间';
COMMENT ON COLUMN plan_share.t_permit.op_type IS '操作类型：I 新增，U 修改，D 删除';
COMMENT ON COLUMN plan_share.t_permit.sync_flag IS '同步标志：空 未同步，1 已同步，9 出错';
COMMENT ON COLUMN plan_share.t_permit.sync_message IS '同步错误信息';
COMMENT ON COLUMN plan_share.t_permit.sync_time IS '同步时间';
COMMENT ON COLUMN plan_share.t_permit.sync_batch IS '同步批次号';
